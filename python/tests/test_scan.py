"""Scans of every kind of data, and what they find."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import retold

from texts import SMALL, corpus


def found(scan: retold.Scan) -> list[tuple[str, str, str, float]]:
    return [(pair.source, pair.derived, pair.relation, pair.score) for pair in scan.pairs]


EXPECTED = found(retold.scan(SMALL))


def test_a_family_is_found() -> None:
    scan = retold.scan(SMALL)
    assert {pair.relation for pair in scan.pairs} >= {"copy"}
    assert len(scan.families) == 1 and len(scan.families[0]) == 3
    assert scan.summary["documents"] == 4
    article = scan.article("wire")
    assert article is not None and article["source"] == "Meridian Wire" and scan.article("nobody") is None
    assert "3 articles" in scan._repr_html_() and "families" in repr(scan)


def as_pandas(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("pandas").DataFrame(rows)


def as_polars(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("polars").DataFrame(rows)


def as_arrow(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("pyarrow").Table.from_pylist(rows)


def as_reader(rows: list[dict[str, Any]]) -> Any:
    return as_arrow(rows).to_reader(max_chunksize=2)


def as_generator(rows: list[dict[str, Any]]) -> Any:
    return (row for row in rows)


def as_duckdb(rows: list[dict[str, Any]]) -> Any:
    articles = as_arrow(rows)  # noqa: F841  named in the query
    return pytest.importorskip("duckdb").sql("select * from articles")


def as_dataset(rows: list[dict[str, Any]]) -> Any:
    return pytest.importorskip("datasets").Dataset.from_list(rows)


KINDS = [as_pandas, as_polars, as_arrow, as_reader, as_generator, as_dataset, as_duckdb]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_gives_the_same(kind: Any) -> None:
    assert found(retold.scan(kind(SMALL))) == EXPECTED


def test_paths_give_the_same(tmp_path: Path) -> None:
    file = tmp_path / "small.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in SMALL), encoding="utf-8")
    assert found(retold.scan(file)) == EXPECTED
    assert found(retold.scan([str(file)])) == EXPECTED
    assert [row["id"] for row in retold.read(file).to_arrow().to_pylist()] == [row["id"] for row in SMALL]


@pytest.mark.parametrize("kind", [as_pandas, as_polars, as_arrow])
def test_other_names_and_types_of_columns(kind: Any) -> None:
    rows = [{"number": at, "body": row["text"], "date": row["date"]} for at, row in enumerate(SMALL)]
    scan = retold.scan(kind(rows), fields={"id": "number", "text": "body"})
    assert {pair.source for pair in scan.pairs} <= {"0", "1", "2"} and len(scan.pairs) == 2
    with pytest.raises(retold.InputError, match="number"):
        retold.scan(kind(rows), fields={"id": "nummer", "text": "body"})
    with pytest.raises(retold.InputError, match="headline"):
        retold.scan(kind(rows), fields={"headline": "x"})


def test_dates_of_arrow_are_dates() -> None:
    pa = pytest.importorskip("pyarrow")
    table = as_arrow(SMALL)
    dates = pa.array([None if row["date"] is None else row["date"] for row in SMALL]).cast(pa.date32())
    at = table.column_names.index("date")
    assert found(retold.scan(table.set_column(at, "date", dates))) == EXPECTED


def test_results_are_arrow_streams() -> None:
    pl, pa = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    scan = retold.scan(SMALL)
    frame = pl.DataFrame(scan.pairs)
    assert frame["score"].to_list() == [pair.score for pair in scan.pairs]
    assert pa.table(scan.pairs).to_pylist() == [pair.row for pair in scan.pairs]
    assert pa.table(scan.families).to_pylist() == [family.row for family in scan.families]
    assert scan.pairs.to_pandas()["source"].tolist() == [pair.source for pair in scan.pairs]


def test_sequences_behave_as_such() -> None:
    pairs = retold.scan(SMALL).pairs
    assert pairs[-1] == pairs[len(pairs) - 1] and pairs[:1] == [pairs[0]]
    for at in (len(pairs), -len(pairs) - 1):
        with pytest.raises(IndexError):
            pairs[at]


def test_what_is_left_out_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    rows = [*SMALL, {"id": None, "text": "x"}, {"id": "blank", "text": " "}, {"id": "wire", "text": "again"}]
    for kind in (as_arrow, as_generator):
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="retold"):
            scan = retold.scan(kind(rows))
        kinds = sorted(one["kind"] for one in scan.rejected)
        assert kinds == ["duplicate_id", "empty_text", "missing_field"]
        assert len(caplog.records) == 3
        assert scan.summary["rejected"] == {kind: 1 for kind in kinds}


def test_two_sides() -> None:
    scan = retold.scan(SMALL[:1], against=SMALL[1:])
    assert {pair.source for pair in scan.pairs} | {pair.derived for pair in scan.pairs} == {"wire", "print", "retold"}
    assert all("wire" in (pair.source, pair.derived) for pair in scan.pairs)


def test_settings() -> None:
    assert len(retold.scan(SMALL, copies_only=True).pairs) == 1
    assert len(retold.scan(SMALL, all_pairs=True).pairs) >= len(EXPECTED)
    assert len(retold.scan(SMALL, across_sources=True).pairs) >= 1
    with pytest.raises(retold.SettingsError, match="threshold"):
        retold.scan(SMALL, threshold=0)


def test_the_report_is_one_file(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    retold.scan(SMALL).report(page)
    assert "Ollenby" in page.read_text(encoding="utf-8")
    with pytest.raises(retold.InputError, match="nowhere"):
        retold.scan(SMALL).report(tmp_path / "nowhere" / "report.html")


def test_progress_is_told_and_its_errors_stop_the_run() -> None:
    told: list[str] = []
    retold.scan(corpus(3000), progress=lambda stage, done, total: told.append(stage))
    assert told

    def stops(stage: str, done: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        retold.scan(corpus(3000), progress=stops)


def test_other_threads_run_meanwhile() -> None:
    turns = 0
    is_done = threading.Event()

    def count() -> None:
        nonlocal turns
        while not is_done.wait(0.001):
            turns += 1

    data = as_arrow(corpus(6000))
    other = threading.Thread(target=count)
    other.start()
    begun = time.monotonic()
    retold.scan(data)
    took = time.monotonic() - begun
    is_done.set()
    other.join()
    # a thread that was kept from running would have had no turn at all
    assert turns > took * 20


INTERRUPTED = f"""
import signal, sys, time
import retold
sys.path.insert(0, {str(Path(__file__).parent)!r})
from texts import corpus
heard = []

def stop(*_):
    heard[:] = [time.process_time(), time.monotonic()]
    raise KeyboardInterrupt

signal.signal(signal.SIGINT, stop)
data = corpus(20000)
print("ready", flush=True)
try:
    while True:
        retold.scan(data, all_pairs=True)
except KeyboardInterrupt:
    print(time.process_time() - heard[0], time.monotonic() - heard[1], flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("seconds", [0.3, 1.5, 4.0])
def test_an_interrupt_is_heard_within_a_second(seconds: float) -> None:
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None and run.stdout.readline() == "ready\n"
        time.sleep(seconds)
        run.send_signal(signal.SIGINT)
        processor, wall = map(float, run.stdout.readline().split())
        assert run.wait() == 0
    # where others have the machine, the time goes by what the work itself took
    assert min(processor, wall) < 1


def test_memory_limit_changes_nothing() -> None:
    data = corpus(1500)
    assert found(retold.scan(data, memory_bytes=1 << 20)) == found(retold.scan(data))


def endless() -> Iterator[dict[str, str]]:
    yield {"id": "one", "text": "A text."}
    raise OSError("the line went dead")


def test_errors_of_the_source_come_through() -> None:
    with pytest.raises(OSError, match="went dead"):
        retold.scan(endless())
    with pytest.raises(retold.InputError, match="dictionaries"):
        retold.scan([1, 2])
    with pytest.raises(retold.InputError):
        retold.scan(os.path.join("no", "such", "file.jsonl"))
