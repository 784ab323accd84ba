//! `POST /v1/flag`: what incoming articles came from.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;

use super::super::filing::{JudgedArticle, Order};
use super::super::problem::Problem;
use super::super::state::App;
use super::body::{Body, Form, Given};
use super::params::Params;
use super::{json, with_type, written};
use crate::article::Article;
use crate::index::{Failures, QuerySettings};
use crate::row::FlagAnswer;

const PARAMETERS: [&str; 7] = ["add", "top", "min_score", "shared", "within", "relation", "killed"];

/// The settings of a question.
fn settings(app: &App, params: &Params) -> Result<QuerySettings, Problem> {
    Ok(QuerySettings {
        min_score: params.share("min_score")?.or(app.settings.query.min_score),
        shared: params.flag("shared")?,
        within_days: params.number("within", (0, 1_000_000), "days from 0 to 1000000")?,
        relations: params.relations()?,
        killed: params.flag("killed")?,
        top: params.number("top", (1, 1_000), "a number from 1 to 1000")?,
        ..app.settings.query.clone()
    })
}

pub async fn flag(State(app): State<Arc<App>>, uri: Uri, request: Request) -> Result<Response, Problem> {
    let params = Params::of(&uri, &PARAMETERS)?;
    let add = params.flag("add")?;
    let settings = Arc::new(settings(&app, &params)?);
    let body = Body::read(&app, request, &[Form::Json, Form::JsonLines]).await?;
    let _at_work = app.begin_work()?;
    let given = body.articles(&app.settings.limits)?;
    drop(body);
    match given {
        Given::One(article) => {
            let answers = answers(&app, vec![*article], settings, add).await?;
            json(&answers.first())
        }
        Given::Many(articles, Form::Json) => json(&answers(&app, articles, settings, add).await?),
        Given::Many(articles, Form::JsonLines) => {
            let mut lines = Vec::new();
            for answer in answers(&app, articles, settings, add).await? {
                serde_json::to_writer(&mut lines, &answer).map_err(written)?;
                lines.push(b'\n');
            }
            with_type("application/x-ndjson", lines)
        }
    }
}

/// Judges articles against the archive as it is when each one's turn comes, and files them where that is
/// wanted.
pub async fn answers(
    app: &Arc<App>,
    articles: Vec<Article>,
    settings: Arc<QuerySettings>,
    add: bool,
) -> Result<Vec<FlagAnswer>, Problem> {
    let mut pending = Vec::with_capacity(articles.len());
    for article in articles {
        let (shared, settings) = (app.shared.clone(), settings.clone());
        let judge = move || {
            let snapshot = shared.snapshot();
            let failed = Failures::default();
            let mut rows = snapshot.query_in_part(&article, &settings, &failed)?;
            shared.ruled(&mut rows, &article, &snapshot)?;
            shared.tell_faults(failed);
            Ok(JudgedArticle { as_of: snapshot.next_number(), article, rows, settings })
        };
        pending.push(app.judges.begin(judge).await?);
    }
    let mut judged = Vec::with_capacity(pending.len());
    for pending in pending {
        judged.push(pending.done().await?);
    }
    if !add {
        let answers = judged.into_iter().map(|JudgedArticle { article, rows, .. }| FlagAnswer {
            id: article.id,
            matches: rows,
            filed: false,
            family: None,
        });
        return Ok(answers.collect());
    }
    let ids: Vec<String> = judged.iter().map(|judged| judged.article.id.clone()).collect();
    let filed = app.order(|reply| Order::File(judged, reply)).await?;
    let answers = ids.into_iter().zip(filed).map(|(id, filed)| FlagAnswer {
        id,
        matches: filed.rows,
        filed: true,
        family: None,
    });
    Ok(answers.collect())
}
