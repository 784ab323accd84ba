"""The stages of a distributed scan by themselves: Arrow in, Arrow out, without any engine."""

from __future__ import annotations

import math
import os
import random
import struct
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
    assert all(row["count"] * 8 == len(row["features"]) and row["bands"] for row in rows)  # type: ignore[arg-type, operator]


def packed(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpacked(blob: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(blob) // 8}q", blob)


def through(stage: str, blobs: list[object], buckets: int, documents: int, held_bytes_max: int = 1 << 28) -> list[object]:
    """Blobs of several batches through a stage, those of a bucket together."""
    table = pa.Table.from_batches([pa.record_batch(blob) for blob in blobs]).sort_by("bucket")
    state = _retold.Packed(stage, buckets, documents, held_bytes_max)
    return [made for batch in table.to_batches(max_chunksize=3) for made in state.push(batch)] + state.finish()


def test_documents_that_meet_are_paired_and_many_with_their_first_alone() -> None:
    bands = {1: range(3), 2: range(100, 300), 3: range(7, 8)}
    rows = [{"doc": doc, "text": -doc, "bands": packed([key])} for key, of in bands.items() for doc in of]
    batches = pa.Table.from_pylist(rows).to_batches(max_chunksize=7)
    blobs = [blob for batch in batches for blob in _retold.spread_bands(batch, 4)]
    pairs = [tuple(row.values()) for batch in through("pair", blobs, 4, 0) for row in pa.record_batch(batch).to_pylist()]
    expected = [(0, 1), (0, 2), (1, 2)] + [(doc, 299) for doc in range(100, 299)]
    assert sorted(pairs) == expected


def best(features: dict[int, list[int]], buckets: int, held_bytes_max: int = 1 << 28) -> dict[tuple[int, int], float]:
    texts = [{"text": text, "count": len(of), "features": packed(sorted(of))} for text, of in features.items()]
    batches = pa.Table.from_pylist(texts).to_batches(max_chunksize=37)
    blobs = [blob for batch in batches for blob in _retold.spread_features(batch, buckets)]
    for stage in ("hold", "meet"):
        blobs = through(stage, blobs, buckets, len(features), held_bytes_max)
    found: dict[tuple[int, int], float] = {}
    for row in (row for batch in blobs for row in pa.record_batch(batch).to_pylist()):
        pair = row["a"], row["b"]
        found[pair] = max(row["score"], found.get(pair, 0.0))
    return found


def test_each_text_keeps_those_it_has_most_in_common_with() -> None:
    # two features of all, which tie to the first; then each text has some in common with its neighbour
    texts = 200
    features = {text: [1, 2, *(100 + text // 2 * 10 + at for at in range(4)), 10_000 + text] for text in range(texts)}
    found = best(features, 5)
    # what is not held is gone through twice
    assert found == best(features, 1) == best(features, 3, held_bytes_max=100)
    # weights are those of 500 documents, so that what all 200 have weighs log2(500 / 200) bits
    near, led = 4 * math.log2(250) / 7**0.5, 2 * math.log2(2.5) / 7**0.5
    expected = {(text, text + 1): near for text in range(2, texts, 2)} | {(0, text): led for text in range(2, texts)}
    assert found == pytest.approx(expected | {(0, 1): near + led}, abs=0.02)


def best_by_hand(features: dict[int, list[int]]) -> dict[tuple[int, int], float]:
    """What ``hold`` and ``meet`` do, by the definition."""
    holders: dict[int, list[int]] = {}
    for text in sorted(features):
        for feature in features[text]:
            holders.setdefault(feature, []).append(text)
    found: dict[tuple[int, int], float] = {}
    for text, own in features.items():
        rare, led = [], []
        for feature in (feature for feature in own if len(holders[feature]) > 1):
            held = len(holders[feature])
            is_led = held > 24 or held > 12 and len(own) > 100
            (led if is_led else rare).append((held, feature))
        met: dict[int, list[tuple[int, bool]]] = {}
        counted = [(tie, holders[tie[1]]) for at, tie in enumerate(sorted(rare)) if at < 512 or tie[0] > 12]
        counted += [(tie, holders[tie[1]][:1]) for tie in sorted(led, key=lambda tie: tie[1])[:32]]
        for (held, _), others in counted:
            weight = int(max(math.log2(max(len(features), 500) / held), 1.0) * 256)
            for other in others:
                met.setdefault(other, []).append((weight, held <= 12))
        met.pop(text, None)
        scored = [
            (sum(weight for weight, _ in ties) / 256 / min(len(own), len(features[other])) ** 0.5, other)
            for other, ties in met.items()
            if len(ties) > 1
        ]
        is_rare = {other: any(rare for _, rare in ties) for other, ties in met.items()}
        weak, leaders = 0, 0
        for at, (score, other) in enumerate(sorted(scored, key=lambda it: (-it[0], it[1]))):
            if score < (2.0 if is_rare[other] else 0.75):
                continue
            weak, leaders = weak + (score < 6), leaders + (not is_rare[other])
            if at < 50 and weak <= 3 and (is_rare[other] or leaders <= 4):
                pair = min(text, other), max(text, other)
                found[pair] = max(score, found.get(pair, 0.0))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_best_are_those_of_the_definition(seed: int) -> None:
    draw = random.Random(seed)
    texts = draw.randrange(30, 300)
    # features that few, some two dozen, and nearly all hold, and texts with few and with many
    kinds = [range(2_000), range(10_000, 10_000 + texts * 5), range(20_000, 20_060)]
    features = {}
    for text in range(texts):
        counts = [draw.choice(most) for most in ((0, 5, 60), (20, 60, 300), (5, 45))]
        features[text] = sorted({draw.choice(kind) for kind, count in zip(kinds, counts) for _ in range(count)})
    for held_bytes_max in (1 << 28, 3000):
        assert best(features, 4, held_bytes_max) == pytest.approx(best_by_hand(features))


def test_of_a_long_text_the_rarest_features_count() -> None:
    # all have more rare features than count: of a text that has 600 with one other and 600 with three, those of two
    shared = {1: range(600), 2: range(1000, 1600)}
    texts = {0: [*shared[1], *shared[2]], 1: [*shared[1]], 2: [*shared[2]], 3: [*shared[2]], 4: [*shared[2]]}
    found = best(texts, 3)
    assert found[0, 1] == pytest.approx(512 * math.log2(250) / 600**0.5, rel=0.001)
    # these found it, not it them
    assert found[0, 2] == pytest.approx(512 * math.log2(125) / 600**0.5, rel=0.001)


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
    held = [blob for batch in table.to_batches(max_chunksize=2) for blob in _retold.spread_all_grams(batch, 3)]
    gathered = through("gather", through("count", [*held, *shared], 3, 3), 3, 3)
    rows = [row for batch in gathered for row in pa.record_batch(batch).to_pylist()]
    # "ferry to Ostrow was" stands in all three, "to Ostrow was late" in two
    assert [(row["a"], row["b"], sorted(unpacked(row["counts"]))) for row in rows] == [(7, 8, [2, 3])]
    assert len(set(unpacked(rows[0]["grams"]))) == 2
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
