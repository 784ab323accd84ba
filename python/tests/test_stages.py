"""The stages of a distributed scan by themselves: Arrow in, Arrow out, without any engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import retold
from retold import _retold
from retold._data import names_of

from texts import ENGLISH, GERMAN, PRINT, SMALL, WIRE, printings

pa = pytest.importorskip("pyarrow")


def analysed() -> list[dict[str, object]]:
    batch = pa.Table.from_pylist(SMALL).combine_chunks().to_batches()[0]
    return pa.record_batch(_retold.analyse(batch, names_of(None), 0.8)).to_pylist()


def test_articles_are_analysed_one_by_one() -> None:
    rows = analysed()
    assert [row["id"] for row in rows] == [row["id"] for row in SMALL]
    assert len({row["text"] for row in rows}) == 4
    assert all(row["count"] == len(row["features"]) and row["bands"] for row in rows)  # type: ignore[arg-type]


def test_large_buckets_are_led_by_their_first_and_may_lie_across_batches() -> None:
    small, large = range(3), range(100, 300)
    rows = [{"bucket": 1, "doc": doc} for doc in small] + [{"bucket": 2, "doc": doc} for doc in large]
    table = pa.Table.from_pylist(rows)
    for size in (7, 1000):
        state = _retold.PairUp()
        batches = [state.push(batch) for batch in table.to_batches(max_chunksize=size)] + [state.finish()]
        pairs = [tuple(row.values()) for batch in batches for row in pa.record_batch(batch).to_pylist()]
        expected = [(0, 1), (0, 2), (1, 2)] + [(100, doc) for doc in range(101, 300)]
        assert sorted(pairs) == expected


def through(stage: str, blobs: list[object], buckets: int, documents: int) -> list[object]:
    """Blobs of several batches through a stage, those of a bucket together."""
    table = pa.Table.from_batches([pa.record_batch(blob) for blob in blobs]).sort_by("bucket")
    state = _retold.Packed(stage, buckets, documents)
    return [state.push(batch) for batch in table.to_batches(max_chunksize=3)] + [state.finish()]


def test_features_in_common_are_summed() -> None:
    # a feature of all, twice; then each document has some in common with its neighbours
    documents, buckets = 200, 5
    features = {doc: [1, 2, *(100 + doc // 2 * 10 + at for at in range(4)), 10_000 + doc] for doc in range(documents)}
    texts = [
        {"doc": doc, "text": -doc, "count": len(of), "features": sorted(of)} for doc, of in features.items()
    ]
    batches = pa.Table.from_pylist(texts).to_batches(max_chunksize=37)
    blobs = [_retold.spread_features(batch, buckets) for batch in batches]
    for stage in ("hold", "place", "tie"):
        blobs = through(stage, blobs, buckets, documents)
    rows = [row for batch in through("sum", blobs, buckets, documents) for row in pa.record_batch(batch).to_pylist()]
    found = {(row["doc"], row["other"]): (row["shared"], row["rare"]) for row in rows}
    assert len(found) == len(rows)
    leader = documents - 1
    expected = {(doc, doc ^ 1): (4, 4) for doc in range(documents)}
    for doc in range(documents - 1):
        shared, rare = expected.get((doc, leader), (0, 0))
        expected[doc, leader] = (shared + 2, rare)
    assert found == expected
    weights = {(row["doc"], row["other"]): row["weight"] for row in rows}
    assert weights[0, 1] > weights[0, leader] > 0


def test_components_are_named_after_their_smallest_node() -> None:
    edges = pa.Table.from_pylist([{"u": 5, "v": -3}, {"u": 9, "v": 5}, {"u": 8, "v": 7}, {"u": 5, "v": 9}])
    state = _retold.Components()
    batches = [state.push(batch) for batch in edges.to_batches(max_chunksize=3)] + [state.finish()]
    found = {row["node"]: row["component"] for batch in batches for row in pa.record_batch(batch).to_pylist()}
    assert found == {-3: -3, 5: -3, 9: -3, 7: 7, 8: 7}
    assert pa.record_batch(_retold.Components().finish()).num_rows == 0


def test_runs_that_pairs_share_are_counted_over_all_texts() -> None:
    texts = [
        "the ferry to Ostrow was late on Monday",
        "a ferry to Ostrow was late again",
        "the ferry to Ostrow was never late",
    ]
    both = [{"a": 7, "b": 8, "text_a": texts[0], "text_b": texts[1]}, {"a": 7, "b": 9, "text_a": "no", "text_b": "run"}]
    shared = _retold.spread_shared_grams(pa.Table.from_pylist(both).to_batches()[0], 3)
    table = pa.Table.from_pylist([{"text": text} for text in texts])
    held = [_retold.spread_all_grams(batch, 3) for batch in table.to_batches(max_chunksize=2)]
    gathered = through("gather", through("count", [*held, shared], 3, 3), 3, 3)
    rows = [row for batch in gathered for row in pa.record_batch(batch).to_pylist()]
    # "ferry to Ostrow was" stands in all three, "to Ostrow was late" in two
    assert [(row["a"], row["b"], sorted(row["counts"])) for row in rows] == [(7, 8, [2, 3])]
    assert len(set(rows[0]["grams"])) == 2
    with pytest.raises(retold.InputError, match="no stage"):
        _retold.Packed("other", 3, 3)


def test_near_duplicates_are_verified() -> None:
    rows = [
        {"a": 1, "b": 2, "text_a": WIRE, "text_b": PRINT},
        {"a": 1, "b": 3, "text_a": WIRE, "text_b": "Other words."},
    ]
    batch = pa.Table.from_pylist(rows).to_batches()[0]
    found = pa.record_batch(_retold.verify(batch, 0.8)).to_pylist()
    assert [(row["a"], row["b"]) for row in found] == [(1, 2)]
    jaccard = found[0]["shared"] / (found[0]["of_a"] + found[0]["of_b"] - found[0]["shared"])
    assert abs(jaccard - retold.compare(WIRE, PRINT).jaccard) < 1e-6


def test_a_poisoned_text_costs_its_own_row() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import test_stages; print([row['id'] for row in test_stages.analysed()])"
    environment = {**os.environ, "RETOLD_FAULT": "first_pass:print"}
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "['wire', 'retold', 'other']"


def test_what_a_stage_misses_is_named() -> None:
    batch = pa.record_batch({"a": [1]})
    with pytest.raises(retold.InputError, match="text_a"):
        _retold.verify(pa.record_batch({"a": [1], "b": [2]}), 0.8)
    with pytest.raises(retold.InputError, match="'id'|\"id\""):
        _retold.analyse(batch, names_of(None), 0.8)


def test_clusters_go_by_dates_and_are_joined_by_their_closest_links() -> None:
    rows = [row for row in printings() if str(row["id"]).startswith("chain")]
    known = {row["id"]: (number, row) for number, row in enumerate(rows)}
    both = [(one, other) for one in known.values() for other in known.values() if one[0] < other[0]]
    pairs = [{"a": a, "b": b, "text_a": one["text"], "text_b": other["text"]} for (a, one), (b, other) in both]
    links = pa.record_batch(_retold.verify(pa.RecordBatch.from_pylist(pairs), 0.8)).to_pylist()
    seconds = [at for at, _ in sorted(enumerate(rows), key=lambda row: str(row[1]["date"]))]
    for link in links:
        for side in ("a", "b"):
            link |= {f"seconds_{side}": seconds.index(link[side]), f"id_{side}": rows[link[side]]["id"], "component": 0}
    state = _retold.Cluster()
    batches = [state.push(pa.RecordBatch.from_pylist(links)), state.finish()]
    found = [row for batch in batches for row in pa.record_batch(batch).to_pylist()]
    assert any(row["is_bridge"] for row in found)
    told = {frozenset((rows[row["a"]]["id"], rows[row["b"]]["id"])) for row in found if row["a"] != row["b"]}
    scanned = retold.scan(rows, copies_only=True).pairs
    assert told == {frozenset((pair.source, pair.derived)) for pair in scanned}


def test_names_and_figures_in_common_are_weighed() -> None:
    rows = [{"doc": at, "id": str(at), "text": text} for at, text in enumerate((ENGLISH, GERMAN, WIRE))]
    keys = [set(row["keys"]) for row in pa.record_batch(_retold.crossing_keys(pa.RecordBatch.from_pylist(rows))).to_pylist()]

    def row(doc: int, other: int) -> dict[str, object]:
        shared = sorted(keys[doc] & keys[other])
        counts = {"shared": len(shared), "keys": len(keys[doc]), "other_keys": len(keys[other])}
        return {"doc": doc, "other": other, "held": [1] * len(shared), **counts}

    schema = pa.schema([("doc", "int64"), ("other", "int64"), ("held", pa.list_(pa.int64()))])
    for name in ("shared", "keys", "other_keys"):
        schema = schema.append(pa.field(name, "int64"))
    asked = pa.RecordBatch.from_pylist([row(0, 1), row(2, 1)], schema=schema)
    found = pa.record_batch(_retold.crossing(asked, 1)).to_pylist()
    assert [(row["doc"], row["other"]) for row in found] == [(0, 1)] and found[0]["score"] > 1
