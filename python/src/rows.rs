//! Rows as Arrow record batches, in the shapes that `schema/` describes.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_json::ReaderBuilder;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use serde::Serialize;

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

fn structure(fields: &[(&str, DataType)]) -> DataType {
    DataType::Struct(fields.iter().map(|(name, kind)| field(name, kind.clone())).collect::<Fields>())
}

fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(field("item", of)))
}

fn schema(fields: &[(&str, DataType)]) -> SchemaRef {
    Arc::new(Schema::new(fields.iter().map(|(name, kind)| field(name, kind.clone())).collect::<Fields>()))
}

/// Lines of `pairs.jsonl`.
pub fn pair_schema() -> SchemaRef {
    use DataType::{Boolean, Float64, Int64, Utf8};
    let reuse = || structure(&[("verbatim", Float64), ("reworded", Float64), ("new", Float64)]);
    let span = || list(Int64);
    let part = structure(&[("source", span()), ("derived", span()), ("kind", Utf8)]);
    schema(&[
        ("source", Utf8),
        ("derived", Utf8),
        ("relation", Utf8),
        ("tie", Utf8),
        ("score", Float64),
        ("direction_confidence", Float64),
        ("reuse", reuse()),
        ("reuse_source", reuse()),
        ("jaccard", Float64),
        ("containment", structure(&[("derived_in_source", Float64), ("source_in_derived", Float64)])),
        ("facts", structure(&[("shared", Int64), ("source_only", Int64), ("derived_only", Int64)])),
        ("background_documents", Int64),
        ("calibrated", Boolean),
        ("noise", Float64),
        ("disguised", Float64),
        ("standing", Utf8),
        ("credit", Utf8),
        ("evidence", list(structure(&[("code", Utf8), ("value", Float64), ("text", Utf8)]))),
        ("passages", list(structure(&[("source", span()), ("derived", span()), ("parts", list(part))]))),
    ])
}

/// Rows of pairs, and what families take of them unrounded.
pub fn judged_schema() -> SchemaRef {
    let more = ["taken", "taken_of_source", "full_score", "full_confidence"]
        .map(|name| Arc::new(field(name, DataType::Float64)));
    let pair = pair_schema();
    Arc::new(Schema::new(pair.fields().iter().cloned().chain(more).collect::<Fields>()))
}

/// The articles of families, without their trees.
pub fn articles_schema() -> SchemaRef {
    use DataType::{Float64, Int64, Utf8};
    let ids = || list(Utf8);
    schema(&[("id", Utf8), ("size", Int64), ("members", ids()), ("borrowers", ids()), ("weakest", Float64)])
}

/// Lines of `families.jsonl`.
pub fn family_schema() -> SchemaRef {
    use DataType::{Float64, Int64, Utf8};
    let likely = || list(structure(&[("id", Utf8), ("confidence", Float64)]));
    let also_from = list(structure(&[("id", Utf8), ("relation", Utf8), ("share", Float64)]));
    let member = structure(&[
        ("id", Utf8),
        ("parent", Utf8),
        ("relation", Utf8),
        ("score", Float64),
        ("parent_confidence", Float64),
        ("alternatives", likely()),
        ("also_from", also_from),
    ]);
    let borrower = structure(&[
        ("id", Utf8),
        ("from", Utf8),
        ("relation", Utf8),
        ("score", Float64),
        ("share", Float64),
    ]);
    schema(&[
        ("id", Utf8),
        ("root", Utf8),
        ("root_confidence", Float64),
        ("root_candidates", likely()),
        ("size", Int64),
        ("members", list(member)),
        ("borrowers", list(borrower)),
        ("unseen_source", structure(&[("name", Utf8), ("clients", list(Utf8))])),
        ("weakest", Float64),
    ])
}

/// Lines of `marks.jsonl`.
pub fn mark_schema() -> SchemaRef {
    use DataType::{Boolean, Float64, Int64, Utf8};
    schema(&[
        ("id", Utf8),
        ("cluster", Utf8),
        ("size", Int64),
        ("keep", Boolean),
        ("representative", Utf8),
        ("relation", Utf8),
        ("score", Float64),
        ("jaccard", Float64),
        ("weakest", Float64),
        ("links", Int64),
        ("contained", Float64),
        ("reason", Utf8),
    ])
}

/// Articles as they were read.
pub fn article_schema() -> SchemaRef {
    let names = ["id", "text", "title", "date", "source", "url", "language"];
    schema(&names.map(|name| (name, DataType::Utf8)))
}

/// Rows of a schema as one batch.
pub fn batch<R: Serialize>(schema: &SchemaRef, rows: &[R]) -> Result<RecordBatch, ArrowError> {
    let mut decoder =
        ReaderBuilder::new(schema.clone()).with_batch_size(rows.len().max(1)).build_decoder()?;
    decoder.serialize(rows)?;
    Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(schema.clone())))
}
