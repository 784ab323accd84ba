//! `GET /v1/families/{id}`: the family of an archived article.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::super::problem::Problem;
use super::super::state::App;
use super::articles::{Id, find, id_of};
use super::json;
use super::params::Params;
use crate::Result;
use crate::article::Article;
use crate::index::{QuerySettings, Snapshot};
use crate::library::{Settings, scan};
use crate::row::{FamilyRow, PairRow};

/// Members that are looked for; of a larger family some are left out, and it is said.
const MEMBERS_MAX: usize = 48;

/// What a list or a tree needs of an article.
#[derive(Serialize)]
struct FamilyHead {
    id: String,
    title: Option<String>,
    source: Option<String>,
    date: Option<String>,
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
    let (snapshot, settings) = (app.shared.snapshot(), app.settings.query.clone());
    let found = app.judges.run(move || family_of(&snapshot, article, &settings)).await?;
    json(&found)
}

/// Follows matches from one article to the next, and draws the tree of what that reaches.
fn family_of(snapshot: &Snapshot, article: Article, settings: &QuerySettings) -> Result<FamilyAnswer> {
    let id = article.id.clone();
    let mut members = BTreeMap::from([(id.clone(), article.clone())]);
    let mut waiting = vec![article];
    let mut is_cut = false;
    let settings = QuerySettings { top: Some(MEMBERS_MAX), ..settings.clone() };
    while let Some(article) = waiting.pop() {
        for row in snapshot.query(&article, &settings)? {
            let other = if row.source == article.id { row.derived } else { row.source };
            if members.contains_key(&other) {
                continue;
            }
            if members.len() == MEMBERS_MAX {
                is_cut = true;
                continue;
            }
            if let Some(article) = snapshot.article(&other)? {
                members.insert(other, article.clone());
                waiting.insert(0, article);
            }
        }
    }
    let heads = members.values().map(|Article { id, title, source, date, .. }| FamilyHead {
        id: id.clone(),
        title: title.clone(),
        source: source.clone(),
        date: date.clone(),
    });
    let heads: Vec<FamilyHead> = heads.collect();
    let articles: Vec<Article> = members.into_values().collect();
    let mut judged = Settings { profile: settings.profile.clone(), ..Settings::default() };
    judged.min_score = settings.min_score;
    judged.all_pairs = true;
    let scanned = scan(&articles, &judged)?;
    let holds = |family: &&FamilyRow| {
        family.members.iter().any(|member| member.id == id)
            || family.borrowers.iter().any(|borrower| borrower.id == id)
    };
    let family = scanned.families().iter().find(holds).cloned();
    let pairs = scanned.pairs().collect::<Result<_>>()?;
    Ok(FamilyAnswer { family, articles: heads, pairs, is_cut })
}
