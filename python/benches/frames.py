"""CPU seconds and peak memory of a scan by what holds the articles: each in a process of its own.

`python benches/frames.py ARTICLES.jsonl [--copies-only]`

Inside the timed region: the scan alone, and for the command the reading of the file as well. Peak memory is the process's, what
holds the articles included.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

KINDS = ("command", "paths", "pandas", "polars", "pyarrow", "reader", "datasets")


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def tell(before: float) -> None:
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{cpu_seconds() - before:.2f} {peak_mib:.0f}", file=sys.stderr)


def held(kind: str, path: str) -> Any:
    with open(path, encoding="utf-8") as lines:
        rows = [{"id": row["id"], "text": row["text"]} for row in map(json.loads, lines)]
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame(rows)
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(rows)
    if kind == "datasets":
        from datasets import Dataset

        return Dataset.from_list(rows)
    import pyarrow as pa

    table = pa.Table.from_pylist(rows)
    return table if kind == "pyarrow" else table.to_reader(max_chunksize=1000)


def run(kind: str, path: str, copies_only: bool) -> None:
    import retold
    from retold import _retold

    if kind == "command":
        before = cpu_seconds()
        options = ["--copies-only"] if copies_only else []
        _retold.main(["retold", "scan", path, "--format", "jsonl", "--quiet", *options])
        return tell(before)
    data = path if kind == "paths" else held(kind, path)
    before = cpu_seconds()
    found = retold.scan(data, copies_only=copies_only)
    tell(before)
    assert len(found.pairs) > 0


def main() -> None:
    path, copies_only = sys.argv[1], "--copies-only" in sys.argv
    if "--kind" in sys.argv:
        return run(sys.argv[sys.argv.index("--kind") + 1], path, copies_only)
    print("kind       CPU s  peak MiB")
    for kind in KINDS:
        options = ["--copies-only"] if copies_only else []
        command = [sys.executable, __file__, path, "--kind", kind, *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        seconds, peak_mib = done.stderr.split()[-2:]
        print(f"{kind:9} {seconds:>6} {peak_mib:>9}", flush=True)


if __name__ == "__main__":
    main()
