//! `/v1/matches`: the inbox, the evidence of a match, and what people say of it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::super::filing::Order;
use super::super::problem::Problem;
use super::super::state::App;
use super::articles::{Id, id_of};
use super::body::{Body, Form};
use super::json;
use super::params::Params;
use crate::article::{Article, Span};
use crate::decisions::{
    DecisionEvent, DecisionFilter, DecisionOutcome, Files, MatchFilter, MatchOrder, Said, StoredMatch,
    text_sha256,
};
use crate::report::html::excerpt_value;
use crate::row::Standing;

/// Parameters that choose matches, for lists and exports.
pub const FILTERS: [&str; 10] = [
    "relation",
    "min_score",
    "max_score",
    "outlet",
    "article",
    "since",
    "before",
    "decision",
    "standing",
    "order",
];

/// # Errors
/// [`Problem`] for parameters that say nothing.
pub fn wanted(params: &Params) -> Result<MatchFilter, Problem> {
    let decisions = DecisionFilter::ALL.map(|filter| (filter.name(), filter));
    let orders = MatchOrder::ALL.map(|order| (order.name(), order));
    Ok(MatchFilter {
        relations: params.relations()?,
        min_score: params.share("min_score")?,
        max_score: params.share("max_score")?,
        outlet: params.text("outlet").map(str::to_owned),
        article: params.text("article").map(str::to_owned),
        since: params.date("since")?,
        before: params.date("before")?,
        decision: params.word("decision", decisions)?,
        standing: params.word("standing", Standing::ALL.map(|standing| (standing.name(), standing)))?,
        hidden: false,
        order: params.word("order", orders)?.unwrap_or_default(),
    })
}

/// What a list of matches is asked for.
pub struct ListQuery {
    pub wanted: MatchFilter,
    pub cursor: Option<String>,
    pub limit: usize,
}

impl ListQuery {
    /// # Errors
    /// [`Problem`] for parameters that say nothing.
    pub fn of(uri: &Uri) -> Result<ListQuery, Problem> {
        let mut known = FILTERS.to_vec();
        known.extend(["cursor", "limit"]);
        let params = Params::of(uri, &known)?;
        let cursor = params.text("cursor").map(str::to_owned);
        Ok(ListQuery { wanted: wanted(&params)?, cursor, limit: params.limit()? })
    }
}

pub async fn matches(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    let ListQuery { wanted, cursor, limit } = ListQuery::of(&uri)?;
    let page = app.ask(move |files| files.list(&wanted, cursor.as_deref(), limit)).await?;
    let page = page.ok_or_else(|| Problem::not_found("the cursor is none of this order"))?;
    json(&page)
}

/// A match with its proof.
#[derive(Serialize)]
struct ShownMatch {
    #[serde(flatten)]
    kept: StoredMatch,
    /// Whether both texts are those that were compared: else the passages are those of earlier ones.
    is_current: bool,
    /// Both articles, the texts cut down to the neighbourhood of passages where they are long; as the review
    /// page has them.
    articles: Vec<Value>,
    /// What was said of it, the last first.
    events: Vec<DecisionEvent>,
}

/// Whether the texts of a match are still those that were compared.
pub fn is_current(kept: &StoredMatch, source: &Article, derived: &Article) -> bool {
    text_sha256(&source.text) == kept.record.source_sha256
        && text_sha256(&derived.text) == kept.record.derived_sha256
}

pub async fn one_match(State(app): State<Arc<App>>, id: Id, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let (kept, mut events) = find(&app, id_of(id)?).await?;
    let snapshot = app.shared.snapshot();
    let shown = app
        .aside(move || {
            let (source, derived) =
                (snapshot.article(&kept.record.row.source)?, snapshot.article(&kept.record.row.derived)?);
            let (Some(source), Some(derived)) = (source, derived) else { return Ok(None) };
            let passages = || kept.record.row.passages.iter().flatten();
            let of_source: Vec<Span> = passages().map(|passage| passage.source).collect();
            let of_derived: Vec<Span> = passages().map(|passage| passage.derived).collect();
            let articles = vec![excerpt_value(&source, &of_source), excerpt_value(&derived, &of_derived)];
            let is_current = is_current(&kept, &source, &derived);
            events.iter_mut().for_each(|event| event.is_of_these_texts &= is_current);
            Ok(Some(ShownMatch { is_current, kept, articles, events }))
        })
        .await?;
    json(&shown.ok_or_else(|| Problem::not_found("an article of the match is gone"))?)
}

/// A match, and what was said of it.
///
/// # Errors
/// [`Problem::not_found`] where there is none.
pub async fn find(app: &Arc<App>, id: String) -> Result<(StoredMatch, Vec<DecisionEvent>), Problem> {
    let question = move |files: &Files| {
        let Some(kept) = files.find(&id)? else { return Ok(None) };
        let events = files.events(kept.number)?;
        Ok(Some((kept, events)))
    };
    app.ask(question).await?.ok_or_else(|| Problem::not_found("there is no match of that id"))
}

/// What the body of a decision is.
pub const A_DECISION: &str = "a decision: an object with `decision` and `who`";

pub async fn decide(
    State(app): State<Arc<App>>,
    id: Id,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let id = id_of(id)?;
    let body = Body::read(&app, request, &[Form::Json]).await?;
    let said: Said = body.json(A_DECISION)?;
    if let Some(fault) = said.fault() {
        return Err(Problem::unusable(fault));
    }
    match app.order(|reply| Order::Decide(id, said, reply)).await? {
        DecisionOutcome::Written(event) => json(&event),
        DecisionOutcome::Unknown => Err(Problem::not_found("there is no match of that id")),
        DecisionOutcome::NothingToUndo => Err(Problem::conflict("there is no decision to take back")),
        DecisionOutcome::Conflict(events) => {
            let told = match events.first() {
                Some(last) => format!("{} was there first; `seen` must name event {}", last.who, last.number),
                None => "nothing was said of this match yet; `seen` must be null".to_owned(),
            };
            let events = serde_json::to_value(events).map_err(super::written)?;
            Err(Problem::conflict(told).with("events", events))
        }
    }
}
