"""The scan on Spark says what one machine says, whatever the partitions, and whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import retold

from test_schema import described
from texts import SMALL, corpus

pytest.importorskip("pyspark")
pytestmark = pytest.mark.spark

ARTICLES = Path(__file__).parents[2] / "corpus" / "articles"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(os.environ.get("RETOLD_SPARK_MASTER", "local-cluster[2,1,1024]"))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.default.parallelism", "4")
        .config("spark.executor.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.task.maxFailures", "20")
        .config("spark.deploy.maxExecutorRetries", "-1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def rows_of(spark: Any, rows: list[dict[str, Any]]) -> Any:
    names = ["id", "text", "title", "date", "source", "url", "language"]
    values = [tuple(row.get(name) for name in names) for row in rows]
    return spark.createDataFrame(values, ", ".join(f"{name} STRING" for name in names))


def told(df: Any) -> list[str]:
    return sorted(json.dumps(row.asDict(recursive=True), sort_keys=True) for row in df.collect())


def expected(table: retold.Table) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in table.to_arrow().to_pylist())


def assert_same(pairs: Any, families: Any, single: retold.Scan) -> None:
    """The same rows, but for pairs that one machine judges while it draws trees, and the same families."""
    here, there = told(pairs), expected(single.pairs)
    assert set(here) <= set(there) and len(here) == len(set(here))
    edges = {frozenset((m["id"], m["parent"])) for family in single.families for m in family.members}
    rest = [json.loads(row) for row in set(there) - set(here)]
    assert all(frozenset((row["source"], row["derived"])) in edges for row in rest)
    articles = [
        (sorted(member["id"] for member in family.members), sorted(one["id"] for one in family.row["borrowers"]))
        for family in single.families
    ]
    rows = families.collect()
    assert sorted((sorted(row["members"]), sorted(row["borrowers"])) for row in rows) == sorted(articles)
    assert all(row["size"] == len(row["members"]) and 0 <= row["weakest"] <= 1 for row in rows)


def test_the_corpus_gives_the_same_rows_as_one_machine(spark: Any) -> None:
    from retold import spark as on_spark

    articles = retold.read(ARTICLES).to_arrow().to_pylist()
    single = retold.scan(articles, all_pairs=True, shared=True)
    pairs, families = on_spark.scan(rows_of(spark, articles).repartition(3), all_pairs=True, shared=True)
    assert_same(pairs, families, single)


@pytest.mark.skipif("RETOLD_LONG_TESTS" not in os.environ, reason="long: set RETOLD_LONG_TESTS=1")
def test_with_a_background_and_other_partitions(spark: Any, tmp_path: Path) -> None:
    from retold import spark as on_spark

    articles = [*corpus(600), *SMALL]
    single = retold.scan(articles, all_pairs=True)
    work = str(tmp_path / "work")
    df = rows_of(spark, articles)
    pairs, families = on_spark.scan(df.repartition(5), all_pairs=True, work=work)
    assert_same(pairs, families, single)
    # what is finished is not done again, and a stage that is missing is
    first = told(pairs)
    before = (tmp_path / "work" / "form-2" / "links" / "_SUCCESS").stat().st_mtime_ns
    (tmp_path / "work" / "form-2" / "judged" / "_SUCCESS").unlink()
    again, _ = on_spark.scan(df.coalesce(1), all_pairs=True, work=work)
    assert told(again) == first
    assert (tmp_path / "work" / "form-2" / "links" / "_SUCCESS").stat().st_mtime_ns == before


def test_marks(spark: Any) -> None:
    from retold import spark as on_spark

    marks = {row["id"]: row for row in on_spark.dedup(rows_of(spark, SMALL)).collect()}
    assert marks["wire"]["representative"] == marks["print"]["representative"]
    assert [marks[id]["keep"] for id in ("wire", "print")].count(True) == 1
    assert marks["other"]["keep"] and marks["retold"]["keep"] and marks["other"]["size"] == 1


def test_an_archive_is_asked(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from retold import spark as on_spark
    from retold.spark import _job

    # as where pairs are so many that texts go to them
    monkeypatch.setattr(_job, "_BROADCAST_ROWS_MAX", -1)
    folder = str(tmp_path / "archive")
    with retold.Index(folder) as index:
        index.add(SMALL[:1])
        by_hand = [pair.row for pairs in index.flag(SMALL[1:]).values() for pair in pairs]
    asked = rows_of(spark, SMALL[1:])
    assert told(on_spark.flag(asked, folder)) == sorted(json.dumps(row, sort_keys=True) for row in by_hand)
    with_frame = on_spark.flag(asked, rows_of(spark, SMALL[:1]))
    assert {(row["source"], row["derived"]) for row in with_frame.collect()} == {
        (row["source"], row["derived"]) for row in by_hand
    }


def test_pairs_have_the_fields_of_the_schema(spark: Any) -> None:
    from pyspark.sql.types import ArrayType, StructType
    from retold.spark import PAIR_SCHEMA

    def fields_of(kind: Any) -> Any:
        if isinstance(kind, ArrayType):
            return fields_of(kind.elementType)
        return {field.name: fields_of(field.dataType) for field in kind} if isinstance(kind, StructType) else None

    schema = spark.createDataFrame([], PAIR_SCHEMA).schema
    assert fields_of(schema) == described("pairs") and schema.names == list(described("pairs"))


@pytest.mark.parametrize("edges_of_one", [0, 1000])
def test_components_are_found_along_long_chains(spark: Any, edges_of_one: int) -> None:
    from retold.spark import components
    from retold.spark._engine import Stages

    chain = [(at, at + 1) for at in range(40)] + [(100, 101), (103, 102), (102, 101)]
    edges = spark.createDataFrame(chain, "u BIGINT, v BIGINT")
    found = {row["node"]: row["component"] for row in components(edges, Stages(None), "chain", edges_of_one).collect()}
    assert found == {**{at: 0 for at in range(41)}, **{at: 100 for at in range(100, 104)}}


def test_ids_are_given_once_and_columns_are_named(spark: Any) -> None:
    from retold import spark as on_spark

    with pytest.raises(retold.InputError, match="twice"):
        on_spark.scan(rows_of(spark, [SMALL[0], SMALL[0]]))
    with pytest.raises(retold.InputError, match="body"):
        on_spark.scan(rows_of(spark, SMALL), text="body")
    with pytest.raises(retold.SettingsError):
        on_spark.dedup(rows_of(spark, SMALL), threshold=0)


def _children(name: str) -> list[int]:
    """Processes below this one whose command holds a name."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                commands[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
                parents[int(folder.name)] = int(stat[1])
            except (OSError, IndexError):
                continue
    below = {os.getpid()}
    for _ in range(8):
        below |= {child for child, parent in parents.items() if parent in below}
    return [child for child in below if name in commands.get(child, "")]


IS_LONG = "RETOLD_LONG_TESTS" in os.environ


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_killed_executors_and_workers_change_nothing(spark: Any) -> None:
    if not spark.sparkContext.master.startswith("local-cluster"):
        pytest.skip("needs executors of their own")
    from retold import spark as on_spark

    articles = [*corpus(300 if IS_LONG else 40, seed=3), *SMALL]
    single = retold.scan(articles, all_pairs=True)
    is_done, killed = threading.Event(), [0, 0]

    def kill() -> None:
        for turn in range(6 if IS_LONG else 2):
            if is_done.wait(8 if IS_LONG else 4):
                return
            kind = turn % 2
            names = ["pyspark.daemon", "CoarseGrainedExecutorBackend"]
            found = _children(names[kind])
            if found:
                os.kill(found[turn % len(found)], signal.SIGKILL)
                killed[kind] += 1

    killer = threading.Thread(target=kill)
    killer.start()
    begun = time.monotonic()
    try:
        pairs, families = on_spark.scan(rows_of(spark, articles).repartition(4), all_pairs=True)
        assert_same(pairs, families, single)
    finally:
        is_done.set()
        killer.join()
    print(f"{killed[0]} workers and {killed[1]} executors killed in {time.monotonic() - begun:.0f} s")
    assert min(killed) > 0
