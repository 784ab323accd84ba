#!/usr/bin/env python3
"""retold beside other near-duplicate tools: the same corpus, the same question, one run.

usage: compare.py RETOLD CORPUS.jsonl [--peers daft,gaoya,datasketch] [--threshold 0.8] [--runs 3]

The question: which pairs of documents have a Jaccard index of five-word shingles of at least the threshold?
Every pair that any tool names is checked on the texts, and recall is the share of the true ones among them all.
"""
import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))


def measured(command):
    """CPU seconds, wall seconds and peak memory in MiB of a command and all that it starts."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    # 1: done, but some inputs were bad.
    if os.waitstatus_to_exitcode(status) > 1:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def shingles(text):
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())
    return {tuple(words[at : at + 5]) for at in range(max(1, len(words) - 4))}


def true_pairs(corpus, pairs, threshold):
    wanted = set(itertools.chain.from_iterable(pairs))
    with open(corpus, encoding="utf-8") as lines:
        sets = {record["id"]: shingles(record["text"]) for record in map(json.loads, lines) if record["id"] in wanted}

    def reaches(a, b):
        shared = len(sets[a] & sets[b])
        return shared >= threshold * (len(sets[a]) + len(sets[b]) - shared)

    return {pair for pair in pairs if reaches(*pair)}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("retold")
    options.add_argument("corpus")
    options.add_argument("--peers", default="daft,gaoya,datasketch")
    options.add_argument("--threshold", type=float, default=0.8)
    options.add_argument("--runs", type=int, default=3)
    options = options.parse_args()
    tools = ["retold"] + [peer for peer in options.peers.split(",") if peer]
    figures, found = {tool: [] for tool in tools}, {}
    with tempfile.TemporaryDirectory() as folder:
        for _, tool in itertools.product(range(options.runs), tools):
            out = os.path.join(folder, tool)
            settings = ["--threshold", str(options.threshold), "--out", out]
            if tool == "retold":
                command = [options.retold, "scan", options.corpus, "--copies-only", "--all-pairs", *settings]
            else:
                command = [sys.executable, os.path.join(HERE, "peer.py"), tool, options.corpus, out, str(options.threshold)]
            figures[tool].append(measured(command))
            if tool == "retold":
                with open(os.path.join(out, "pairs.jsonl"), encoding="utf-8") as lines:
                    rows = [json.loads(line) for line in lines]
                named = ((row["source"], row["derived"]) for row in rows if row["jaccard"] >= options.threshold)
            else:
                with open(out, encoding="utf-8") as lines:
                    named = [line.rstrip("\n").split("\t") for line in lines]
            found[tool] = {tuple(sorted(pair)) for pair in named}
    true = true_pairs(options.corpus, set().union(*found.values()), options.threshold)
    megabytes = os.path.getsize(options.corpus) / 1e6
    print(f"{megabytes:.0f} MB, threshold {options.threshold}, {len(true)} true pairs, medians of {options.runs} runs\n")
    print("| tool | CPU s | MB a CPU second | wall s | peak MiB | recall | precision |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        cpu, wall, peak = (statistics.median(run[figure] for run in figures[tool]) for figure in range(3))
        hits = len(found[tool] & true)
        recall, precision = hits / max(1, len(true)), hits / max(1, len(found[tool]))
        print(f"| {tool} | {cpu:.2f} | {megabytes / cpu:.0f} | {wall:.2f} | {peak:.0f} | {recall:.3f} | {precision:.3f} |")


if __name__ == "__main__":
    main()
