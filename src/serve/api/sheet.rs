//! `GET /v1/matches/{id}/sheet`: the evidence sheet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};

use super::super::problem::Problem;
use super::super::state::App;
use super::articles::{Id, id_of};
use super::matches;
use super::matches::is_current;
use super::params::Params;
use crate::decisions::{DecisionEvent, StoredMatch};
use crate::report::sheet::{SheetNotes, sheet as sheet_of};

pub async fn sheet(State(app): State<Arc<App>>, id: Id, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let (kept, events) = matches::find(&app, id_of(id)?).await?;
    let snapshot = app.shared.snapshot();
    let profile = app.settings.query.profile.name.clone();
    let page = app
        .aside(move || {
            let (source, derived) =
                (snapshot.article(&kept.record.row.source)?, snapshot.article(&kept.record.row.derived)?);
            let (Some(source), Some(derived)) = (source, derived) else { return Ok(None) };
            // places of passages are those of the texts that were compared
            if !is_current(&kept, &source, &derived) {
                return Ok(None);
            }
            Ok(Some(sheet_of(&kept.record.row, &source, &derived, &notes(&kept, &events, profile))))
        })
        .await?;
    let (page, policy) =
        page.ok_or_else(|| Problem::not_found("an article of the match is gone, or was filed anew since"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, page).into_response())
}

fn notes(kept: &StoredMatch, events: &[DecisionEvent], profile: String) -> SheetNotes {
    let mut more =
        vec![("Match".to_owned(), kept.record.id.clone()), ("Found".to_owned(), kept.found_at.clone())];
    for event in events {
        let reason = event.reason.map(|reason| format!(" ({})", reason.name())).unwrap_or_default();
        let note = event.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        let words = event.decision.name().replace('_', " ");
        more.push((format!("Said {}", event.at), format!("{}: {words}{reason}{note}", event.who)));
    }
    SheetNotes {
        source_sha256: kept.record.source_sha256.clone(),
        derived_sha256: kept.record.derived_sha256.clone(),
        recipe: crate::index::recipe_name().to_owned(),
        profile,
        more,
    }
}
