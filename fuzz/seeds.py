#!/usr/bin/env python3
"""Makes inputs for the fuzz targets to begin with, from the articles and files of this package, in fuzz/seeds/TARGET."""
import gzip
import itertools
import json
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
seeds = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "fuzz" / "seeds"


def seed(target, name, content):
    (seeds / target).mkdir(parents=True, exist_ok=True)
    (seeds / target / name).write_bytes(content)


lines = [line for path in sorted((root / "corpus/articles").glob("*.jsonl")) for line in path.read_bytes().splitlines()]
short = sorted(lines, key=len)[:24]
for number, line in enumerate(short):
    seed("json_lines", f"line{number}", line + b"\n" + json.dumps(json.loads(line)).encode())
    text = json.loads(line)["text"]
    for kind, content in enumerate([line, text.encode(), gzip.compress(line), line, line, text.encode("utf-16"), gzip.compress(text.encode("latin-1", "replace")), line + b"\r\n" + line]):
        seed("corpus", f"file{number}-{kind}", bytes([kind]) + content)
for number, (one, other) in enumerate(itertools.pairwise(short)):
    seed("texts", f"pair{number}", b"\0" + json.loads(one)["text"][:1200].encode() + b"\0" + json.loads(other)["text"][:1200].encode())
    seed("texts", f"same{number}", b"\0" + json.loads(one)["text"][:900].encode() + b"\0" + json.loads(one)["text"][200:1100].encode())
for path in sorted(root.glob("corpus/*.jsonl")) + sorted(root.glob("corpus/labels/*")):
    seed("labels", path.name, b"\n".join(path.read_bytes().splitlines()[:20]))
seed("labels", "pair", b'{"a": "x", "b": "y", "label": "rewrite", "direction": "a>b", "set": "s"}\n{"a": 1, "b": 2, "label": true}\n')
seed("profile", "default", (root / "profiles/default.json").read_bytes())
varints = b"\x02\x01\x05\x03"
for kind, content in enumerate([b"\x01\x01a\x05hello\x02hi", b"\x05\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello", b"\xff\x7f", b"\xff\x00\x33\x11", varints, bytes(range(32))]):
    seed("index_blocks", f"kind{kind}", bytes([kind]) + content)
for path in (root / "tests/frozen/index-1").iterdir():
    if path.name == "INDEX":
        seed("index_manifest", "frozen", path.read_bytes())
