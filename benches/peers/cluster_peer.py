#!/usr/bin/env python3
"""One deduplicator on one corpus, as its documentation would have it used: cluster_peer.py TOOL CORPUS.jsonl OUT THRESHOLD

Five-word shingles, 128 hashes in 16 bands of 8. OUT gets a line a document: its id and its cluster.
"""
import glob
import os
import pickle
import struct
import subprocess
import sys
import tempfile

from clusters import components
from peer import by_datasketch, documents

BANDS, ROWS = 16, 8


def by_rensa(texts):
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.8, num_perm=BANDS * ROWS, num_bands=BANDS)
    sketches = []
    for number, text in enumerate(texts):
        words = text.lower().split()
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
        sketch.update([" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))])
        sketches.append(sketch)
        index.insert(number, sketch)
    for a, sketch in enumerate(sketches):
        yield from ((a, b) for b in index.query(sketch) if a < b and sketch.jaccard(sketches[b]) >= 0.8)


def by_text_dedup(corpus, folder, count):
    out = os.path.join(folder, "out")
    command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files", corpus, "--split", "train"]
    command += ["--cache_dir", os.path.join(folder, "cache"), "--output", out, "--column", "text", "--ngram", "5"]
    command += ["--num_perm", "128", "--b", str(BANDS), "--r", str(ROWS), "--min_length", "0", "--debug"]
    subprocess.run(command, check=True)
    with open(os.path.join(out, "uf.pkl"), "rb") as file:
        held = pickle.load(file)
    parent = held if isinstance(held, dict) else held.parent
    return ((number, parent[number]) for number in range(count) if number in parent)


def by_datatrove(corpus, folder):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader

    config = MinhashConfig(n_grams=5, num_buckets=BANDS, hashes_per_bucket=ROWS)
    signatures, buckets = (os.path.join(folder, name) for name in ("signatures", "buckets"))
    reader = JsonlReader(os.path.dirname(corpus), glob_pattern=os.path.basename(corpus))
    sign = MinhashDedupSignature(output_folder=signatures, config=config)
    LocalPipelineExecutor(pipeline=[reader, sign], tasks=1, logging_dir=os.path.join(folder, "one")).run()
    meet = MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config, only_dedup_in_index=False)
    LocalPipelineExecutor(pipeline=[meet], tasks=BANDS, logging_dir=os.path.join(folder, "two")).run()
    # what its third step joins: file and document, twice, four bytes each
    for path in glob.glob(os.path.join(buckets, "*.dups")):
        with open(path, "rb") as file:
            for _, one, _, other in struct.iter_unpack("<4I", file.read()):
                yield one, other


def main():
    tool, corpus, out, threshold = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    ids, texts = documents(corpus)
    with tempfile.TemporaryDirectory() as folder:
        find = {
            "datasketch": lambda: by_datasketch(texts, threshold, BANDS),
            "rensa": lambda: by_rensa(texts),
            "text-dedup": lambda: by_text_dedup(corpus, folder, len(ids)),
            "datatrove": lambda: by_datatrove(corpus, folder),
        }[tool]
        clusters = components(range(len(ids)), list(find()))
    with open(out, "w", encoding="utf-8") as lines:
        for number, identity in enumerate(ids):
            lines.write(f"{identity}\t{clusters[number]}\n")


if __name__ == "__main__":
    main()
