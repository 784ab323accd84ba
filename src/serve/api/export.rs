//! `GET /v1/export.jsonl` and `.csv`: matches with what stands of them, page by page as the caller takes
//! them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::super::problem::Problem;
use super::super::state::App;
use super::matches::{FILTERS, wanted};
use super::params::Params;
use crate::decisions::{DecisionEvent, Files, MatchFilter, StoredMatch};

/// Matches of a piece of the answer.
const AT_A_TIME: usize = 200;

/// The columns of a table, beside which `export.jsonl` has everything.
const COLUMNS: [&str; 24] = [
    "match",
    "source",
    "derived",
    "relation",
    "tie",
    "score",
    "direction_confidence",
    "verbatim",
    "reworded",
    "new",
    "standing",
    "credit",
    "source_outlet",
    "derived_outlet",
    "source_title",
    "derived_title",
    "source_date",
    "derived_date",
    "found_at",
    "decision",
    "reason",
    "who",
    "decided_at",
    "note",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    Table,
}

pub async fn json_lines(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    export(app, &uri, Shape::Lines)
}

pub async fn csv(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    export(app, &uri, Shape::Table)
}

/// Where an export is.
enum ExportPlace {
    Begin,
    Behind(String),
    End,
}

fn export(app: Arc<App>, uri: &Uri, shape: Shape) -> Result<Response, Problem> {
    let wanted = Arc::new(wanted(&Params::of(uri, &FILTERS)?)?);
    let pieces = stream::unfold(ExportPlace::Begin, move |at| {
        let (app, wanted) = (app.clone(), wanted.clone());
        async move {
            let cursor = match at {
                ExportPlace::Begin => None,
                ExportPlace::Behind(cursor) => Some(cursor),
                ExportPlace::End => return None,
            };
            let piece = app.ask(move |files| piece(files, &wanted, cursor.as_deref(), shape)).await;
            Some(match piece {
                Ok((bytes, next)) => (Ok(bytes), next.map_or(ExportPlace::End, ExportPlace::Behind)),
                // the status is sent already: the answer breaks off, which no client takes for its end
                Err(_) => (Err(std::io::Error::other("the export broke off")), ExportPlace::End),
            })
        }
    });
    let (media_type, name) = match shape {
        Shape::Lines => ("application/x-ndjson", "attachment; filename=\"matches.jsonl\""),
        Shape::Table => ("text/csv; charset=utf-8; header=present", "attachment; filename=\"matches.csv\""),
    };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn piece(
    files: &Files,
    wanted: &MatchFilter,
    cursor: Option<&str>,
    shape: Shape,
) -> crate::Result<(Vec<u8>, Option<String>)> {
    let failed = |cause| crate::Error::file("write", "the export", cause);
    let Some(page) = files.list(wanted, cursor, AT_A_TIME)? else { return Ok((Vec::new(), None)) };
    let mut out = Vec::new();
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if cursor.is_none() && shape == Shape::Table {
        table.write_record(COLUMNS).map_err(|error| failed(std::io::Error::other(error)))?;
    }
    for kept in page.items {
        let events = match kept.decided_by {
            Some(_) => files.events(kept.number)?,
            None => Vec::new(),
        };
        let stands = events.into_iter().find(|event| Some(event.number) == kept.decided_by);
        match shape {
            Shape::Lines => {
                let line = serde_json::json!({"match": kept, "stands": stands});
                serde_json::to_writer(&mut out, &line).map_err(|error| failed(error.into()))?;
                out.push(b'\n');
            }
            Shape::Table => {
                let cells = cells(&kept, stands.as_ref());
                table.write_record(&cells).map_err(|error| failed(std::io::Error::other(error)))?;
            }
        }
    }
    if shape == Shape::Table {
        out = table.into_inner().map_err(|error| failed(error.into_error()))?;
    }
    Ok((out, page.next))
}

fn cells(kept: &StoredMatch, stands: Option<&DecisionEvent>) -> [String; COLUMNS.len()] {
    let row = &kept.record.row;
    let tie = row.tie.and_then(|tie| Some(serde_json::to_value(tie).ok()?.as_str()?.to_owned()));
    let share =
        |share: Option<f64>| share.map(|share| crate::row::rounded(share).to_string()).unwrap_or_default();
    let own = |text: &Option<String>| text.as_deref().map(inert).unwrap_or_default();
    [
        kept.record.id.clone(),
        inert(&row.source),
        inert(&row.derived),
        row.relation.name().to_owned(),
        tie.unwrap_or_default(),
        share(Some(row.score)),
        share(row.direction_confidence),
        share(row.reuse.map(|reuse| reuse.verbatim)),
        share(row.reuse.map(|reuse| reuse.reworded)),
        share(row.reuse.map(|reuse| reuse.new)),
        row.standing.map(|standing| standing.name().to_owned()).unwrap_or_default(),
        own(&row.credit),
        own(&kept.record.source_outlet),
        own(&kept.record.derived_outlet),
        own(&kept.record.source_title),
        own(&kept.record.derived_title),
        own(&kept.record.source_date),
        own(&kept.record.derived_date),
        kept.found_at.clone(),
        stands.map(|event| event.decision.name().to_owned()).unwrap_or_default(),
        stands.and_then(|event| event.reason).map(|reason| reason.name().to_owned()).unwrap_or_default(),
        stands.map(|event| inert(&event.who)).unwrap_or_default(),
        stands.map(|event| event.at.clone()).unwrap_or_default(),
        stands.and_then(|event| event.note.as_deref()).map(inert).unwrap_or_default(),
    ]
}

/// A text that no spreadsheet takes for a formula.
fn inert(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("a=b", "a=b"), ("@x", "'@x"), ("", "")] {
            assert_eq!(inert(text), cell);
        }
    }
}
