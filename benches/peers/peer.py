#!/usr/bin/env python3
"""One near-duplicate tool on one corpus, as its documentation would have it used: peer.py TOOL CORPUS.jsonl OUT.tsv THRESHOLD

128 hashes of five-word shingles; 16 bands of 8 from a threshold of 0.6 on, 32 of 4 below. Pairs that meet in a band
and whose estimate reaches the threshold are written, a line each.
"""
import collections
import json
import re
import sys

HASHES, SHINGLE_WORDS = 128, 5


def documents(path):
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [record["id"] for record in records], [record["text"] for record in records]


def by_daft(texts, threshold, bands):
    import daft
    import numpy
    from daft.functions import minhash, normalize

    words = normalize(daft.col("text"), remove_punct=True, lowercase=True, white_space=True)
    sketch = minhash(words, num_hashes=HASHES, ngram_size=SHINGLE_WORDS, hash_function="xxhash")
    column = daft.from_pydict({"text": texts}).select(sketch.alias("sketch")).to_arrow()["sketch"].combine_chunks()
    sketches = numpy.asarray(column.flatten()).reshape(-1, HASHES)
    met = set()
    for band in numpy.split(sketches, bands, axis=1):
        buckets = collections.defaultdict(list)
        for number, row in enumerate(numpy.ascontiguousarray(band)):
            buckets[row.tobytes()].append(number)
        for bucket in buckets.values():
            met.update((a, b) for place, a in enumerate(bucket) for b in bucket[place + 1 :])
    return (pair for pair in met if (sketches[pair[0]] == sketches[pair[1]]).mean() >= threshold)


def by_gaoya(texts, threshold, bands):
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=bands, band_size=HASHES // bands, num_hashes=HASHES,
        analyzer="word", lowercase=True, ngram_range=(SHINGLE_WORDS, SHINGLE_WORDS), id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    answers = index.par_bulk_query(texts, return_similarity=False)
    return ((a, b) for a, others in enumerate(answers) for b in others if a < b)


def by_datasketch(texts, threshold, bands):
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=HASHES, params=(bands, HASHES // bands))
    sketches = []
    for number, text in enumerate(texts):
        words = re.findall(r"\w+", text.lower())
        shingles = {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))}
        sketch = MinHash(num_perm=HASHES)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        sketches.append(sketch)
        index.insert(number, sketch, check_duplication=False)
    for a, sketch in enumerate(sketches):
        yield from ((a, b) for b in index.query(sketch) if a < b and sketch.jaccard(sketches[b]) >= threshold)


def main():
    tool, corpus, out, threshold = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
    ids, texts = documents(corpus)
    find = {"daft": by_daft, "gaoya": by_gaoya, "datasketch": by_datasketch}[tool]
    with open(out, "w", encoding="utf-8") as lines:
        for a, b in find(texts, threshold, 32 if threshold < 0.6 else 16):
            lines.write(f"{ids[a]}\t{ids[b]}\n")


if __name__ == "__main__":
    main()
