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
short_article = {"id": "a", "text": "One.", "title": "T", "date": "2031-03-09", "source": "S", "url": "https://s.example/", "language": "en"}
said = {"decision": "not_derived", "reason": "press_release", "who": "Ann", "note": "n", "seen": 3}
rules = 'own = ["Arrel Post"]\nnever_shown = ["X"]\nhide = ["credited"]\n[[licences]]\nsource = "Meridian Wire"\nfrom = "2031-01-01"\nuntil = 2031-12-31\nby = ["Arrel Post"]\n'
for number, (kind, content) in enumerate([
    (0, json.dumps(short_article)), (0, json.dumps([short_article, {"id": "b", "text": "two"}])),
    (1, json.dumps(short_article) + "\n" + json.dumps({"id": "b", "text": "two"}) + "\n"),
    (2, json.dumps({"a": short_article, "b": {"id": "b", "text": "two"}})),
    (3, json.dumps(said)), (3, json.dumps({"decision": "undo", "who": "Bo", "seen": None})),
    (4, "relation=copy,partial&min_score=0.5&max_score=1e0&outlet=S&article=a%2F1&since=2031-03-09&before=2031-03-10"),
    (4, "decision=undecided&standing=own&order=score&cursor=3~0.25&limit=1"), (4, "order=outlet&cursor=2~a&limit=2"), (4, "cursor=2"),
    (5, rules),
]):
    seed("bodies", f"body{number}", bytes([kind]) + content.encode())
seed("profile", "default", (root / "profiles/default.json").read_bytes())
# a file of each format, behind the byte that names it
story = "<p>The ferry will not sail &amp; its owner is sorry.</p><p>Its engine broke on Friday.</p>"
formats = {
    2: None,
    3: None,
    4: "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: application/http\r\nContent-Length: "
       "173\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n57\r\n"
       + story[:87] + "\r\n0\r\n\r\n\r\n\r\nWARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 4\r\n\r\ntext\r\n\r\n",
    5: f"<nitf><head><docdata><doc-id id-string='n'/><date.issue norm='20310206T090000Z'/></docdata></head><body><body.head><hedline>"
       f"<hl1>T</hl1></hedline></body.head><body.content>{story}<p>___</p><p>Call us</p></body.content></body></nitf>",
    6: "<n:newsMessage xmlns:n='x'><n:itemSet><n:newsItem guid='g' version='2'><n:itemMeta><n:itemClass qcode='ninat:text'/></n:itemMeta>"
       f"<n:contentSet><n:inlineXML><html><body>{story}</body></html></n:inlineXML></n:contentSet></n:newsItem></n:itemSet></n:newsMessage>",
    7: "<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>i</NewsItemId><RevisionId PreviousRevision='0'>1</RevisionId>"
       f"</NewsIdentifier></Identification><NewsComponent><ContentItem><DataContent><nitf><body><body.content>{story}</body.content>"
       "</body></nitf></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>",
    8: f"<rss><channel><title>C</title><item><title>T</title><guid>g</guid><content:encoded><![CDATA[{story}]]></content:encoded></item>"
       f"</channel></rss>",
    9: "\x16\x16\x01k0501\x1f_ n bc-mill\x1f\r\n\x02BC-MILL<\r\n^Mill shuts<\r\n   The mill shut.<\r\n\x03\r\nNW-03-09-31 1642GMT<\r\n\x04",
    10: "\x01nwa0503 4 i 120  nwa 0503\r\n\r\nHolm/mill/\r\n\x02Mill shuts =\r\n\r\nThe mill\r\nshut.\r\n\r\n\x03091642 GMT Mar 31\r\n\x04",
    11: f"<!doctype html><html lang=en><head><title>T</title><meta name=date content=2031-02-06></head><body><article>{story * 3}"
        "</article></body></html>",
    13: json.dumps({"uri": "u", "versionCreated": "2031-02-06", "bodies": [{"role": "main", "contentType": "text/html", "value": story}]}),
    14: json.dumps([{"id": 1, "text": "one"}, {"id": 2, "text": "two"}], indent=1),
    15: 'id;text\r\n1;"a; ""b""\r\nc"\r\n\r\n2;d',
    16: "id\ttext\n1\ta b c\n",
}
try:
    import io

    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet
    table = pa.table({"id": ["a", "b"], "text": ["one two", None], "n": [{"x": [1, None]}, None]})
    parquet, feather = io.BytesIO(), io.BytesIO()
    pa.parquet.write_table(table, parquet, compression="snappy")
    pa.feather.write_feather(table, feather, compression="lz4")
    formats[2], formats[3] = parquet.getvalue(), feather.getvalue()
except ImportError:
    pass
for kind, content in formats.items():
    if content is not None:
        seed("formats", f"kind{kind}", bytes([kind]) + (content if isinstance(content, bytes) else content.encode("latin-1")))
varints = b"\x02\x01\x05\x03"
for kind, content in enumerate([b"\x01\x01a\x05hello\x02hi", b"\x05\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello", b"\xff\x7f", b"\xff\x00\x33\x11", varints, bytes(range(32))]):
    seed("index_blocks", f"kind{kind}", bytes([kind]) + content)
for path in (root / "tests/frozen/index-1").iterdir():
    if path.name == "INDEX":
        seed("index_manifest", "frozen", path.read_bytes())
