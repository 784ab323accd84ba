#!/usr/bin/env python3
"""One deduplicator on one corpus: deduplicators.py TOOL CORPUS.jsonl OUT

dedup.py calls it, in each tool's Python. Shingles of five words, 128 hashes in 16 bands of 8, threshold
0.8, and else what the tool does by itself: text-dedup and datatrove join all that meets in a band;
datasketch and rensa look at the estimate, and what reaches 0.8 is joined here. Written are the documents
that are with others: id and cluster, a line each.
"""

import json
import os
import re
import sys
import tempfile

THRESHOLD, SHINGLE_WORDS, HASHES, BANDS = 0.8, 5, 128, 16


def texts_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def shingles_of(text):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))}


def joined(pairs):
    """Documents by the first one that they are joined with."""
    parents = {}

    def root(document):
        while (parent := parents.setdefault(document, document)) != document:
            parents[document] = document = parents[parent]
        return document

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        parents[second] = first
    return {document: root(document) for document in list(parents)}


def by_datasketch(path):
    from datasketch import MinHash, MinHashLSH

    index, sketches, pairs = MinHashLSH(num_perm=HASHES, params=(BANDS, HASHES // BANDS)), [], []
    for number, text in enumerate(texts_of(path)):
        sketch = MinHash(num_perm=HASHES)
        sketch.update_batch([shingle.encode() for shingle in shingles_of(text)])
        pairs += ((a, number) for a in index.query(sketch) if sketch.jaccard(sketches[a]) >= THRESHOLD)
        sketches.append(sketch)
        index.insert(number, sketch, check_duplication=False)
    return joined(pairs)


def by_rensa(path):
    from rensa import RMinHash, RMinHashLSH

    texts, sketches = texts_of(path), []
    for at in range(0, len(texts), 2000):
        sets = [sorted(shingles_of(text)) for text in texts[at : at + 2000]]
        sketches += RMinHash.from_token_sets(sets, num_perm=HASHES, seed=42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=HASHES, num_bands=BANDS)
    index.insert_many(sketches)
    met = ((a, b) for a, others in enumerate(index.query_all(sketches)) for b in others if a < b)
    return joined((a, b) for a, b in met if sketches[a].jaccard(sketches[b]) >= THRESHOLD)


def by_text_dedup(path):
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HF_HOME=folder, HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
        from text_dedup import minhash

        options = {
            "path": "json", "data_files": path, "split": "train", "cache_dir": f"{folder}/cache",
            "output": f"{folder}/out", "column": "text", "ngram": SHINGLE_WORDS, "num_perm": HASHES,
            "b": BANDS, "r": HASHES // BANDS, "threshold": THRESHOLD, "hash_func": "xxh3", "num_proc": 2,
        }  # fmt: skip
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        minhash.main(given, standalone_mode=False)
        return {document: minhash.uf.find(document) for document in list(minhash.uf.parent)}


def by_datatrove(path):
    import struct

    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader

    config = MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=BANDS, hashes_per_bucket=HASHES // BANDS)
    with tempfile.TemporaryDirectory() as folder:
        reader = JsonlReader(os.path.dirname(path), glob_pattern=os.path.basename(path), compression=None)
        steps = [
            ([reader, MinhashDedupSignature(f"{folder}/signatures", config)], 1),
            ([MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)], BANDS),
            ([MinhashDedupCluster(f"{folder}/buckets", f"{folder}/clusters", config, True)], 1),
        ]
        for number, (pipeline, tasks) in enumerate(steps):
            log = f"{folder}/log-{number}"
            LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=log).run()
        with open(f"{folder}/clusters/000000.clusters", "rb") as file:
            return dict(struct.iter_unpack("<2I", file.read()))


def by_retold(path):
    import retold

    marks = retold.dedup(path, threshold=THRESHOLD).to_arrow()
    sizes, clusters = marks["size"].to_pylist(), marks["cluster"].to_pylist()
    return {number: cluster for number, (size, cluster) in enumerate(zip(sizes, clusters)) if size > 1}


TOOLS = {
    "datasketch": by_datasketch,
    "rensa": by_rensa,
    "text-dedup": by_text_dedup,
    "datatrove": by_datatrove,
    "retold-python": by_retold,
}


def main():
    tool, corpus, out = sys.argv[1:]
    clusters = TOOLS[tool](os.path.abspath(corpus))
    with open(corpus, encoding="utf-8") as lines, open(out, "w", encoding="utf-8") as told:
        for number, line in enumerate(lines):
            if number in clusters:
                told.write(f"{json.loads(line)['id']}\t{clusters[number]}\n")


if __name__ == "__main__":
    main()
