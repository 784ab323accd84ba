#!/usr/bin/env python3
"""`retold dedup` beside other deduplicators: the same corpus, the same question, by turns.

usage: dedup.py RETOLD CORPUS.jsonl --tool datasketch=PYTHON --tool text-dedup=PYTHON …
               [--runs 2] [--related ROOTS.tsv] [--keep DIR]

PYTHON is one that has the tool. The question: which documents have a Jaccard index of five-word shingles
of at least 0.8? Two documents of a cluster are a pair. A pair is true if the texts say so; asked are all
that any tool names, and all that share a root in ROOTS.tsv (a document and its roots, by commas). True
clusters are what true pairs join. Peak memory is that of all processes of a tool, by a look every
second; CPU seconds are user and system time of all of them. "same": the clusters of all runs are the
same. What is in DIR is not run again.
"""

import argparse
import collections
import functools
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata

from deduplicators import THRESHOLD, joined

HERE = os.path.dirname(os.path.abspath(__file__))


def processes_below(top):
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    below, count = {top}, 0
    while count < len(below):
        count = len(below)
        below |= {process for process, parent in parents.items() if parent in below}
    return below


def memory_mib(process):
    """What a process holds, its share of what several hold."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0


def measured(command):
    """CPU seconds, wall seconds and peak memory in MiB of a command and all that it starts."""
    begin, peak, is_done = time.monotonic(), 0, threading.Event()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)

        def look():
            nonlocal peak
            while not is_done.wait(1):
                peak = max(peak, sum(map(memory_mib, processes_below(process.pid))))

        watch = threading.Thread(target=look)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        is_done.set()
        watch.join()
        if status:
            said.seek(0)
            sys.exit(f"failed: {' '.join(command)}\n{said.read().decode()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, max(peak, usage.ru_maxrss / 1024)


def clusters_of(rows):
    clusters = collections.defaultdict(list)
    for document, cluster in rows:
        clusters[cluster].append(document)
    return {tuple(sorted(cluster)) for cluster in clusters.values() if len(cluster) > 1}


def run(tool, python, options, out):
    """Figures of a run, or of the one that is kept, and its clusters."""
    command = [python, os.path.join(HERE, "deduplicators.py"), tool, options.corpus, out]
    if tool == "retold":
        command = [options.retold, "dedup", options.corpus, "--by", "copies", "--threshold", str(THRESHOLD)]
        command += ["--marks", out, "--out", f"{out}.out"]
    if not os.path.exists(f"{out}.json"):
        figures = measured(command)
        with open(f"{out}.json", "w", encoding="utf-8") as file:
            json.dump(figures, file)
    with open(f"{out}.json", encoding="utf-8") as file, open(out, encoding="utf-8") as lines:
        figures = json.load(file)
        if tool == "retold":
            rows = map(json.loads, lines)
            return figures, clusters_of((row["id"], row["cluster"]) for row in rows if row["size"] > 1)
        return figures, clusters_of(line.rstrip("\n").split("\t") for line in lines)


def pairs_of(clusters):
    return {pair for cluster in clusters for pair in itertools.combinations(cluster, 2)}


def related(path):
    with open(path, encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        of_root = ((document, root) for document, roots in rows for root in roots.split(","))
        return pairs_of(clusters_of(of_root))


def true_pairs(corpus, pairs):
    wanted = set(itertools.chain.from_iterable(pairs))
    with open(corpus, encoding="utf-8") as lines:
        texts = {record["id"]: record["text"] for record in map(json.loads, lines) if record["id"] in wanted}

    @functools.lru_cache(maxsize=20_000)
    def shingles(document):
        words = re.findall(r"\w+", unicodedata.normalize("NFKC", texts[document]).lower())
        return frozenset(tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4)))

    def reaches(a, b):
        shared = len(shingles(a) & shingles(b))
        return shared >= THRESHOLD * (len(shingles(a)) + len(shingles(b)) - shared)

    return {pair for pair in sorted(pairs) if reaches(*pair)}


def rand_index(found, true, documents):
    """Hubert and Arabie's adjusted Rand index; a document that is in no cluster is one of its own."""

    def pairs(clusters):
        return sum(len(cluster) * (len(cluster) - 1) // 2 for cluster in clusters)

    place = {document: number for number, cluster in enumerate(true) for document in cluster}
    both = 0
    for cluster in found:
        shared = collections.Counter(place[document] for document in cluster if document in place)
        both += sum(count * (count - 1) // 2 for count in shared.values())
    expected = pairs(found) * pairs(true) / (documents * (documents - 1) / 2)
    return (both - expected) / ((pairs(found) + pairs(true)) / 2 - expected)


def main():
    formatter = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    options.add_argument("retold")
    options.add_argument("corpus")
    options.add_argument("--tool", action="append", default=[])
    options.add_argument("--related")
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--keep")
    options = options.parse_args()
    tools = {"retold": None} | dict(tool.split("=", 1) for tool in options.tool)
    figures, found = collections.defaultdict(list), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for number, (tool, python) in itertools.product(range(options.runs), tools.items()):
            figure, clusters = run(tool, python, options, os.path.join(folder, f"{tool}-{number}.jsonl"))
            figures[tool].append(figure)
            found[tool].append(clusters)
            print(tool, *(f"{value:.2f}" for value in figure), len(clusters), file=sys.stderr, flush=True)
    asked = set().union(*(pairs_of(clusters) for runs in found.values() for clusters in runs))
    true = true_pairs(options.corpus, asked | (related(options.related) if options.related else set()))
    true_clusters = clusters_of(joined(true).items())
    with open(options.corpus, encoding="utf-8") as lines:
        documents = sum(1 for _ in lines)
    print(f"{documents} documents, {len(true)} true pairs, {len(true_clusters)} true clusters\n")
    print("| tool | CPU s | wall s | peak MiB | recall | precision | ARI | clusters | same |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        cpu, wall, peak = (statistics.median(run[figure] for run in figures[tool]) for figure in range(3))
        clusters = found[tool][0]
        named = pairs_of(clusters)
        hits = len(named & true)
        recall, precision = hits / max(1, len(true)), hits / max(1, len(named))
        ari = rand_index(clusters, true_clusters, documents)
        is_same = all(other == clusters for other in found[tool])
        line = f"| {tool} | {cpu:.1f} | {wall:.1f} | {peak:.0f} | {recall:.3f} | {precision:.3f} | {ari:.3f} "
        print(f"{line}| {len(clusters)} | {'yes' if is_same else 'no'} |")


if __name__ == "__main__":
    main()
