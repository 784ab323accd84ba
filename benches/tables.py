#!/usr/bin/env python3
"""Reads back what retold writes as tables, by pyarrow and DuckDB: tables.py PATH/TO/retold ARTICLES

Checked: every row and field of pairs.parquet and families.parquet is that of the JSON lines; the CSV files have as many rows, and
DuckDB and pyarrow read the same from all of them; marks of `dedup` alike; a Parquet file and a CSV file that were annotated hold their
old columns unchanged. Needs pyarrow and duckdb.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

program, articles = sys.argv[1:3]


def run(*arguments):
    done = subprocess.run([program, *map(str, arguments), "-q"], check=False)
    assert done.returncode in (0, 1), arguments


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf-8")]


def same(one, other):
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, abs_tol=1e-12)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder)
    run("scan", articles, "--out", out / "scan", "--format", "parquet", "--graphml")
    run("scan", articles, "--out", out / "scan", "--format", "csv")
    for name in ("pairs", "families"):
        expected = lines(out / f"scan/{name}.jsonl")
        table = pq.read_table(out / f"scan/{name}.parquet")
        assert same(table.to_pylist(), expected), name
        counted = duckdb.sql(f"select count(*) from read_parquet('{out}/scan/{name}.parquet')").fetchall()[0][0]
        assert counted == len(expected), name
        print(f"{name}.parquet: {len(expected)} rows as in {name}.jsonl, {len(table.schema)} columns")
        flat = duckdb.sql(f"select count(*) from read_csv('{out}/scan/{name}.csv', header=true)").fetchall()[0][0]
        wanted = len(expected) if name == "pairs" else sum(len(f["members"]) + len(f["borrowers"]) for f in expected)
        parse = pa.csv.ParseOptions(newlines_in_values=True)
        assert flat == wanted == pa.csv.read_csv(out / f"scan/{name}.csv", parse_options=parse).num_rows, name
        print(f"{name}.csv: {flat} rows")
    spans = duckdb.sql(
        f"select count(*) from (select unnest(passages) from read_parquet('{out}/scan/pairs.parquet'))"
    ).fetchall()[0][0]
    assert spans == sum(len(row["passages"] or []) for row in lines(out / "scan/pairs.jsonl"))
    run("dedup", articles, "--marks", out / "marks.parquet")
    run("dedup", articles, "--marks", out / "marks.jsonl")
    assert same(pq.read_table(out / "marks.parquet").to_pylist(), lines(out / "marks.jsonl"))
    print("marks.parquet: as marks.jsonl")

    rows = [json.loads(line) for path in sorted(pathlib.Path(articles).rglob("*.jsonl")) for line in open(path, encoding="utf-8")]
    table = pa.Table.from_pylist([
        {"id": str(row["id"]), "text": row["text"], "odd": [[i, None], []], "when": pa.scalar(i, pa.timestamp("ns")).as_py(),
         "decimal": None, "bytes": bytes([i % 256, 0])}
        for i, row in enumerate(rows)
    ]).append_column("dictionary", pa.array([f"c{i % 5}" for i in range(len(rows))]).dictionary_encode())
    (out / "in").mkdir()
    pq.write_table(table, out / "in/a.parquet", row_group_size=50)
    pa.csv.write_csv(table.select(["id", "text"]), out / "in/b.csv")
    for name in ("a.parquet", "b.csv"):
        run("dedup", out / "in" / name, "--annotate", out / "marked", "--remove", out / "kept")
    marked, kept = pq.read_table(out / "marked/a.parquet"), pq.read_table(out / "kept/a.parquet")
    assert marked.drop(["dedup"]).equals(pq.read_table(out / "in/a.parquet"))
    stays = [mark["keep"] for mark in marked["dedup"].to_pylist()]
    assert kept.equals(table.filter(pa.array(stays)).cast(kept.schema))
    assert duckdb.sql(f"select count(*) from '{out}/marked/a.parquet' where dedup.keep").fetchall()[0][0] == sum(stays)
    read = duckdb.sql(f"select id, text from read_csv('{out}/marked/b.csv', header=true, all_varchar=true)").fetchall()
    assert read == [(row["id"], row["text"]) for row in table.select(["id", "text"]).to_pylist()]
    print(f"annotated: {len(rows)} rows of Parquet and CSV unchanged but for the marks; {sum(stays)} kept")
