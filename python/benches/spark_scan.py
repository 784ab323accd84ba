"""A scan on Spark beside one machine's: CPU seconds of all processes, shuffled bytes, and what rows are the
same.

`python benches/spark_scan.py ARTICLES.parquet [--all-pairs] [--copies-only] [--partitions 8] [--cluster
2,1,2048] [--out DIR]`

The driver, its executors (`local-cluster`: processes of their own) and their Python workers are one
process tree; each process's user and system seconds are read from /proc, five times a second, so that
what lives shorter is lost. On one machine it is `retold.scan` of the file, or `retold.dedup`, in a
process of its own, read by wait4.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


def stat_of(process: int) -> tuple[int, float]:
    """A process's parent and its own CPU seconds."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK


def tree_seconds(top: int, is_done: threading.Event) -> float:
    """CPU seconds of a process and of all below it, also of those whose parent is gone."""
    below, seconds = {top}, {}
    while not is_done.wait(0.2):
        parents: dict[int, int] = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                parents[int(name)], own = stat_of(int(name))
            except (OSError, IndexError):
                continue
            if int(name) in below or parents[int(name)] in below:
                below.add(int(name))
                seconds[int(name)] = own
    return sum(seconds.values())


def session(cluster: str, partitions: int) -> Any:
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    memory = cluster.split(",")[2]
    built = (
        SparkSession.builder.master(f"local-cluster[{cluster}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.executor.memory", f"{memory}m")
        .config("spark.sql.shuffle.partitions", str(partitions))
        .config("spark.default.parallelism", str(partitions))
        .getOrCreate()
    )
    built.sparkContext.setLogLevel("ERROR")
    return built


def on_spark(given: argparse.Namespace) -> None:
    from retold import spark as on_spark

    spark = session(given.cluster, given.partitions)
    df = spark.read.parquet(given.articles)
    if given.copies_only:
        on_spark.dedup(df).write.mode("overwrite").parquet(f"{given.out}/marks")
    else:
        pairs, families = on_spark.scan(df, all_pairs=given.all_pairs, shared=given.all_pairs)
        pairs.write.mode("overwrite").parquet(f"{given.out}/pairs")
        families.write.mode("overwrite").parquet(f"{given.out}/families")
    executors = spark.sparkContext._jsc.sc().statusStore().executorList(False)
    shuffled = sum(executors.apply(at).totalShuffleWrite() for at in range(executors.size()))
    print(f"shuffled {shuffled}", flush=True)
    spark.stop()


def on_one(given: argparse.Namespace) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    import retold

    if given.copies_only:
        table = retold.dedup(given.articles).to_arrow()
        return pq.write_table(table, f"{given.out}/one.parquet")
    found = retold.scan(given.articles, all_pairs=given.all_pairs, shared=given.all_pairs)
    with open(f"{given.out}/one.json", "w", encoding="utf-8") as out:
        rows = pa.table(found.pairs).to_pylist()
        families = [
            {"members": [m["id"] for m in family.members], "parents": [m["parent"] for m in family.members]}
            for family in found.families
        ]
        json.dump({"pairs": rows, "families": families}, out, default=str)


def measured(kind: str, given: argparse.Namespace) -> tuple[float, float, list[str]]:
    begin, is_done, seconds = time.monotonic(), threading.Event(), []
    command = [sys.executable, __file__, *sys.argv[1:], "--out", given.out, "--kind", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = threading.Thread(target=lambda: seconds.append(tree_seconds(process.pid, is_done)))
        watch.start()
        said = process.stdout.read().split() if process.stdout else []
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        is_done.set()
        watch.join()
    if status:
        sys.exit(f"{kind} failed: {process.returncode}")
    used = usage.ru_utime + usage.ru_stime
    return used if kind == "one" else max(used, seconds[0]), time.monotonic() - begin, said


def rows_of(folder: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return json.loads(json.dumps(pq.read_table(folder).to_pylist(), default=str))


def compare(out: str) -> None:
    """Prints how many pairs and families are the same, and of what kinds the others are."""

    def told(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        return {tuple(sorted((row["source"], row["derived"]))): row for row in rows}  # type: ignore[misc]

    with open(f"{out}/one.json", encoding="utf-8") as file:
        one = json.load(file)
    here, there = told(rows_of(f"{out}/pairs")), told(one["pairs"])
    edges = {
        tuple(sorted((member, parent)))
        for family in one["families"]
        for member, parent in zip(family["members"], family["parents"])
        if parent is not None
    }
    both = here.keys() & there.keys()
    twice = [(here[pair], there[pair]) for pair in both]
    fields = Counter(name for ours, theirs in twice for name in ours if ours[name] != theirs.get(name))
    alike = sum(here[pair] == there[pair] for pair in both)
    print(f"pairs: {len(here)} on Spark, {len(there)} on one machine, {len(both)} on both, {alike} equal")
    print("fields that differ:", dict(fields.most_common()))
    for name, only, rows in (
        ("Spark", here.keys() - there.keys(), here),
        ("one machine", there.keys() - here.keys(), there),
    ):
        kinds = Counter((rows[pair]["relation"], "edge of a tree" if pair in edges else "") for pair in only)
        print(f"only on {name}: {len(only)}", dict(kinds.most_common(12)))
    ours = {tuple(sorted(family["members"])) for family in rows_of(f"{out}/families")}
    theirs = {tuple(sorted(family["members"])) for family in one["families"]}
    same = len(ours & theirs)
    print(f"families: {len(ours)} on Spark, {len(theirs)} on one machine, {same} the same")


def compare_marks(out: str) -> None:
    import pyarrow.parquet as pq

    def clusters(rows: list[dict[str, Any]], by: str) -> set[tuple[str, ...]]:
        told: dict[str, list[str]] = {}
        for row in rows:
            told.setdefault(row[by], []).append(row["id"])
        return {tuple(sorted(ids)) for ids in told.values() if len(ids) > 1}

    ours = clusters(rows_of(f"{out}/marks"), "representative")
    theirs = clusters(pq.read_table(f"{out}/one.parquet").to_pylist(), "cluster")
    print(f"clusters: {len(ours)} on Spark, {len(theirs)} on one machine, {len(ours & theirs)} the same")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("articles")
    options.add_argument("--all-pairs", action="store_true")
    options.add_argument("--copies-only", action="store_true")
    options.add_argument("--partitions", type=int, default=8)
    options.add_argument("--cluster", default="2,1,2048")
    options.add_argument("--out", default="")
    options.add_argument("--kind", choices=("one", "spark"))
    given = options.parse_args()
    if given.kind:
        return on_one(given) if given.kind == "one" else on_spark(given)
    given.out = given.out or tempfile.mkdtemp()
    os.makedirs(given.out, exist_ok=True)
    one, one_wall, _ = measured("one", given)
    print(f"one machine: {one:.1f} CPU s, {one_wall:.0f} s", flush=True)
    many, many_wall, said = measured("spark", given)
    figures = f"{many:.1f} CPU s, {many_wall:.0f} s, {many / one:.2f} times, {said[-1]} bytes shuffled"
    print(f"Spark: {figures}", flush=True)
    compare_marks(given.out) if given.copies_only else compare(given.out)


if __name__ == "__main__":
    main()
