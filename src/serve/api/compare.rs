//! `POST /v1/compare`: two texts.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;

use super::super::limits::Limits;
use super::super::problem::Problem;
use super::super::state::App;
use super::body::{Body, Form, checked};
use super::json;
use super::params::Params;
use crate::article::Article;
use crate::library::{Settings, compare_with};
use crate::read::GivenArticle;

/// The articles to compare.
#[derive(Deserialize)]
struct PairBody {
    a: GivenArticle,
    b: GivenArticle,
}

pub async fn compare(State(app): State<Arc<App>>, uri: Uri, request: Request) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["min_score"])?;
    let mut settings = Settings { profile: app.settings.query.profile.clone(), ..Settings::default() };
    settings.min_score = params.share("min_score")?.or(app.settings.query.min_score);
    let body = Body::read(&app, request, &[Form::Json]).await?;
    let _at_work = app.begin_work()?;
    let (a, b) = pair(&body, &app.settings.limits)?;
    let row = app.judges.run(move || Ok(compare_with(a, b, &settings))).await?;
    json(&row)
}

/// The two articles of a body.
///
/// # Errors
/// [`Problem`] for what is no article, and for two of one id.
pub fn pair(body: &Body, limits: &Limits) -> Result<(Article, Article), Problem> {
    let PairBody { a, b } = body.holding_articles("two articles: an object with `a` and `b`")?;
    let of = |name: &str, GivenArticle(article): GivenArticle| {
        let article = article.and_then(|article| checked(article, limits));
        article.map_err(|what| Problem::unusable(format!("`{name}`: {what}")))
    };
    let (a, b) = (of("a", a)?, of("b", b)?);
    match a.id == b.id {
        true => Err(Problem::conflict("both articles have one id")),
        false => Ok((a, b)),
    }
}
