"""CPU seconds and peak memory of a scan by what holds the articles, each in a process of its own, by turns.

`python benches/frames.py ARTICLES.parquet [--runs 3] [--copies-only]`

Timed is the scan alone, and for the command and for paths the reading of the file as well: user and
system seconds of all threads. Peak memory is the process's, with the interpreter and what holds the
articles; `held` is what it had before the scan.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from typing import Any

KINDS = ("command", "paths", "pandas", "polars", "pyarrow", "reader", "datasets")


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def held(kind: str, path: str) -> Any:
    if kind == "pandas":
        import pandas as pd

        return pd.read_parquet(path)
    if kind == "polars":
        import polars as pl

        return pl.read_parquet(path)
    if kind == "datasets":
        from datasets import Dataset

        return Dataset.from_parquet(path)
    import pyarrow.parquet as pq

    if kind == "pyarrow":
        return pq.read_table(path)
    file = pq.ParquetFile(path)
    import pyarrow as pa

    return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(1000))


def run(kind: str, path: str, copies_only: bool) -> None:
    import retold
    from retold import _retold

    data = path if kind in ("command", "paths") else held(kind, path)
    before, before_mib = cpu_seconds(), peak_mib()
    if kind == "command":
        with tempfile.TemporaryDirectory() as folder:
            options = ["--copies-only"] if copies_only else []
            _retold.main(["retold", "scan", path, "--out", folder, "--quiet", *options])
    else:
        assert len(retold.scan(data, copies_only=copies_only).pairs) > 0
    print(f"{cpu_seconds() - before} {peak_mib()} {before_mib}", file=sys.stderr)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("articles")
    options.add_argument("--copies-only", action="store_true")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--kinds", default=",".join(KINDS))
    options.add_argument("--kind", choices=KINDS)
    given = options.parse_args()
    if given.kind:
        return run(given.kind, given.articles, given.copies_only)
    kinds = given.kinds.split(",")
    told: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    for _ in range(given.runs):
        for kind in kinds:
            command = [sys.executable, __file__, given.articles, "--kind", kind]
            command += ["--copies-only"] if given.copies_only else []
            pipes: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
            done = subprocess.run(command, **pipes, text=True, check=True)
            told[kind].append([float(figure) for figure in done.stderr.split()[-3:]])
    print("kind       CPU s  ratio  peak MiB  held")
    first = None
    for kind in kinds:
        seconds, peak, before = (statistics.median(figures) for figures in zip(*told[kind]))
        first = first or seconds
        print(f"{kind:9} {seconds:6.2f} {seconds / first:6.2f} {peak:9.0f} {before:5.0f}", flush=True)


if __name__ == "__main__":
    main()
