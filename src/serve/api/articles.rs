//! `/v1/articles`: the archive, searched and changed article by article.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::super::filing::Order;
use super::super::problem::Problem;
use super::super::search::ArticleQuery;
use super::super::state::App;
use super::body::{Body, Form, check_id};
use super::json;
use super::params::Params;
use crate::article::Article;
use crate::decisions::text_sha256;

/// The part of a path that names an article or a match.
pub type Id = Result<Path<String>, PathRejection>;

/// # Errors
/// [`Problem`] where it is no text.
pub fn id_of(id: Id) -> Result<String, Problem> {
    let Path(id) = id.map_err(|_| Problem::bad_request("the id in the path is not UTF-8"))?;
    Ok(id)
}

/// An article as it is answered.
#[derive(Serialize)]
struct ShownArticle<'a> {
    #[serde(flatten)]
    article: &'a Article,
    /// Of its text as UTF-8.
    sha256: String,
}

pub async fn article(State(app): State<Arc<App>>, id: Id, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let id = id_of(id)?;
    let article = find(&app, id).await?;
    json(&ShownArticle { sha256: text_sha256(&article.text), article: &article })
}

/// The archive's article of an id.
///
/// # Errors
/// [`Problem::not_found`] where there is none.
pub async fn find(app: &Arc<App>, id: String) -> Result<Article, Problem> {
    let snapshot = app.shared.snapshot();
    let found = app.aside(move || snapshot.article(&id)).await?;
    found.ok_or_else(|| Problem::not_found("the archive holds no article of that id"))
}

pub async fn put_article(
    State(app): State<Arc<App>>,
    id: Id,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let id = id_of(id)?;
    let body = Body::read(&app, request, &[Form::Json]).await?;
    let _at_work = app.begin_work()?;
    let article = body.article(&app.settings.limits)?;
    if article.id != id {
        return Err(Problem::conflict("the article's `id` is not the one in the path"));
    }
    let filed = app.order(|reply| Order::Put(article, reply)).await?;
    Ok(if filed.was_there { StatusCode::NO_CONTENT } else { StatusCode::CREATED }.into_response())
}

pub async fn delete_article(State(app): State<Arc<App>>, id: Id, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let id = id_of(id)?;
    check_id(&id, &app.settings.limits).map_err(|_| Problem::not_found("no article has such an id"))?;
    match app.order(|reply| Order::Remove(id, reply)).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::not_found("the archive holds no article of that id")),
    }
}

/// `POST /v1/compact`: erases the bytes of what was removed.
pub async fn compact(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    app.order(Order::Compact).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn search(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["query", "outlet", "since", "before", "cursor", "limit"])?;
    let query = ArticleQuery {
        words: params.text("query").unwrap_or_default().to_owned(),
        outlet: params.text("outlet").map(str::to_owned),
        since: params.date("since")?,
        before: params.date("before")?,
        limit: params.limit()?,
        behind: params.number("cursor", (0, u64::MAX), "what `next` of a former page says")?,
        until: Instant::now() + app.settings.limits.search_time,
    };
    let place = app.begin_search()?;
    let snapshot = app.shared.snapshot();
    let found = app
        .aside(move || {
            let _place = place;
            query.search(&snapshot)
        })
        .await?;
    json(&found)
}
