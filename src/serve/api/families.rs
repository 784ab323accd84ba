//! `GET /v1/families/{id}`: the family of an archived article.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::super::problem::Problem;
use super::super::shared::Shared;
use super::super::state::App;
use super::articles::{Id, find, id_of};
use super::json;
use super::params::Params;
use crate::Result;
use crate::article::Article;
use crate::index::{Failures, QuerySettings};
use crate::row::{FamilyRow, PairRow};

/// What a list or a tree needs of an article.
#[derive(Serialize)]
struct FamilyHead {
    id: String,
    title: Option<String>,
    source: Option<String>,
    date: Option<String>,
}

impl From<Article> for FamilyHead {
    fn from(article: Article) -> Self {
        let Article { id, title, source, date, .. } = article;
        FamilyHead { id, title, source, date }
    }
}

/// The family of an article.
#[derive(Serialize)]
struct FamilyAnswer {
    /// `null` where the archive ties it to nothing.
    family: Option<FamilyRow>,
    /// Members and borrowers, by id.
    articles: Vec<FamilyHead>,
    /// The pairs that were judged for it.
    pairs: Vec<PairRow>,
    /// Whether there are more members than were looked for.
    is_cut: bool,
}

pub async fn family(State(app): State<Arc<App>>, id: Id, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let article = find(&app, id_of(id)?).await?;
    let _at_work = app.begin_work()?;
    let (shared, settings) = (app.shared.clone(), app.settings.query.clone());
    let found = app.judges.run(move || answer(&shared, article, &settings)).await?;
    json(&found)
}

fn answer(shared: &Shared, article: Article, settings: &QuerySettings) -> Result<FamilyAnswer> {
    let (snapshot, failed) = (shared.snapshot(), Failures::default());
    let found = snapshot.family_in_part(&article, settings, &failed)?;
    shared.tell_faults(failed);
    let Some(found) = found else {
        return Ok(FamilyAnswer {
            family: None,
            articles: vec![article.into()],
            pairs: Vec::new(),
            is_cut: false,
        });
    };
    let members = found.family.members.iter().map(|member| &member.id);
    let ids: BTreeSet<&String> = members.chain(found.family.borrowers.iter().map(|it| &it.id)).collect();
    let articles = ids.into_iter().filter_map(|id| snapshot.article(id).transpose());
    let articles = articles.map(|article| article.map(FamilyHead::from)).collect::<Result<_>>()?;
    Ok(FamilyAnswer { family: Some(found.family), articles, pairs: found.rows, is_cut: found.is_cut })
}
