"""Schemas of what comes out, and of what goes from stage to stage."""

from __future__ import annotations

_SPAN = "ARRAY<BIGINT>"
_REUSE = "STRUCT<verbatim: DOUBLE, reworded: DOUBLE, new: DOUBLE>"
_PART = f"STRUCT<source: {_SPAN}, derived: {_SPAN}, kind: STRING>"

#: The schema of pairs: a line of ``pairs.jsonl``.
PAIR_SCHEMA = (
    "source STRING, derived STRING, relation STRING, tie STRING, score DOUBLE, direction_confidence DOUBLE, "
    f"reuse {_REUSE}, reuse_source {_REUSE}, jaccard DOUBLE, "
    "containment STRUCT<derived_in_source: DOUBLE, source_in_derived: DOUBLE>, "
    "facts STRUCT<shared: BIGINT, source_only: BIGINT, derived_only: BIGINT>, "
    "background_documents BIGINT, calibrated BOOLEAN, noise DOUBLE, disguised DOUBLE, standing STRING, credit STRING, "
    "evidence ARRAY<STRUCT<code: STRING, value: DOUBLE, text: STRING>>, "
    f"passages ARRAY<STRUCT<source: {_SPAN}, derived: {_SPAN}, parts: ARRAY<{_PART}>>>"
)

#: The schema of families: the ids of their articles, of those that took a part alone, and the weakest link.
FAMILY_SCHEMA = "id STRING, size BIGINT, members ARRAY<STRING>, borrowers ARRAY<STRING>, weakest DOUBLE"

#: Rows of pairs, and what families take of them unrounded.
JUDGED = f"{PAIR_SCHEMA}, taken DOUBLE, taken_of_source DOUBLE, full_score DOUBLE, full_confidence DOUBLE"
ANALYSED = (
    "id STRING, text BIGINT, seconds BIGINT, language STRING, bands BINARY, features BINARY, count BIGINT"
)
PAIRS = "a BIGINT, b BIGINT"
PROMISING = "a BIGINT, b BIGINT, is_best BOOLEAN"
LINKS = "a BIGINT, b BIGINT, shared BIGINT, of_a BIGINT, of_b BIGINT"
CLUSTERS = "a BIGINT, b BIGINT, is_bridge BOOLEAN"
#: Rows of numbers, many in a blob, of the bucket that their keys come to.
PACKED = "bucket BIGINT, kind BIGINT, rows BINARY"
BEST = "a BIGINT, b BIGINT, score DOUBLE"
KEYS = "doc BIGINT, keys ARRAY<BIGINT>"
CROSSING = "doc BIGINT, other BIGINT, score DOUBLE"
GRAMS = "a BIGINT, b BIGINT, grams BINARY, counts BINARY"
