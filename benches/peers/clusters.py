#!/usr/bin/env python3
"""`retold dedup` beside other deduplicators: the same corpus, one run, judged by clusters.

usage: clusters.py RETOLD CORPUS.jsonl [--peers datasketch,rensa,text-dedup,datatrove] [--threshold 0.8]

True duplicates are pairs with a Jaccard index of five-word shingles of at least the threshold, among all pairs that any
tool puts into one cluster (of clusters beyond 50 documents neighbours alone), and a true cluster is what true pairs
connect. Printed: CPU and wall seconds and peak memory of each tool with all that it starts; of the true pairs those in
one cluster (recall); of the documents it would remove those with a true pair in the document's cluster (precision); the
adjusted Rand index over all documents; whether a second run gives the same clusters.
"""
import argparse
import collections
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

from compare import shingles

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = "datasketch,rensa,text-dedup,datatrove"
CLUSTER_MAX = 50
POLL_SECONDS = 0.05


def measured(command):
    """CPU and wall seconds, and the peak of resident memory in MiB of all processes together."""
    begin, before = time.monotonic(), os.times()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident(pid) for pid in session(process.pid)))
        time.sleep(POLL_SECONDS)
    after = os.times()
    if process.returncode > 1:
        sys.exit(f"failed: {' '.join(command)}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.monotonic() - begin, peak / 1024


def session(leader):
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[3]) == leader:
                        yield name
            except (OSError, IndexError):
                pass


def resident(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
    except (OSError, IndexError):
        return 0


def clusters_of_retold(out):
    with open(os.path.join(out, "marks.jsonl"), encoding="utf-8") as lines:
        return {mark["id"]: mark["cluster"] for mark in map(json.loads, lines)}


def clusters_of_peer(out):
    with open(out, encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split("\t") for line in lines)


def members(clusters):
    groups = collections.defaultdict(list)
    for document, cluster in clusters.items():
        groups[cluster].append(document)
    return [sorted(group) for group in groups.values() if len(group) > 1]


def named_pairs(clusters):
    for group in members(clusters):
        yield from itertools.combinations(group, 2) if len(group) <= CLUSTER_MAX else zip(group, group[1:])


def components(ids, pairs):
    parent = {document: document for document in ids}

    def find(document):
        while parent[document] != document:
            parent[document] = document = parent[parent[document]]
        return document

    for one, other in pairs:
        parent[find(one)] = find(other)
    return {document: find(document) for document in ids}


def adjusted_rand_index(clusters, truth):
    def pairs(counts):
        return sum(count * (count - 1) / 2 for count in counts)

    together = pairs(collections.Counter((clusters[document], truth[document]) for document in truth).values())
    of_one, of_other = (pairs(collections.Counter(some.values()).values()) for some in (clusters, truth))
    expected = of_one * of_other / pairs([len(truth)])
    most = (of_one + of_other) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("retold")
    options.add_argument("corpus")
    options.add_argument("--peers", default=PEERS)
    options.add_argument("--threshold", type=float, default=0.8)
    options = options.parse_args()
    tools = ["retold"] + [peer for peer in options.peers.split(",") if peer]
    figures, found, is_same = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for tool, run in itertools.product(tools, range(2)):
            out = os.path.join(folder, f"{tool}-{run}")
            if tool == "retold":
                command = [options.retold, "dedup", options.corpus, "--threshold", str(options.threshold), "--out", out]
            else:
                script = os.path.join(HERE, "cluster_peer.py")
                command = [sys.executable, script, tool, options.corpus, out, str(options.threshold)]
            figures[tool] = min(measured(command), figures.get(tool, (float("inf"),) * 3))
            clusters = clusters_of_retold(out) if tool == "retold" else clusters_of_peer(out)
            if run == 1:
                is_same[tool] = sorted(members(clusters)) == sorted(members(found[tool]))
            found[tool] = clusters
    ids = list(found["retold"])
    named = set(itertools.chain.from_iterable(map(named_pairs, found.values())))
    wanted = set(itertools.chain.from_iterable(named))
    with open(options.corpus, encoding="utf-8") as lines:
        sets = {record["id"]: shingles(record["text"]) for record in map(json.loads, lines) if record["id"] in wanted}
    shared = {(a, b): len(sets[a] & sets[b]) for a, b in named}
    true = {
        (a, b) for (a, b), both in shared.items() if both >= options.threshold * (len(sets[a]) + len(sets[b]) - both)
    }
    truth = components(ids, true)
    print(f"{len(ids)} documents, threshold {options.threshold}, {len(true)} true pairs, the better of two runs\n")
    print("| tool | CPU s | wall s | peak MiB | recall | precision | Rand index | same again |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        cpu, wall, peak = figures[tool]
        clusters = found[tool]
        recall = sum(clusters[a] == clusters[b] for a, b in true) / max(1, len(true))
        paired = {document for a, b in true if clusters[a] == clusters[b] for document in (a, b)}
        groups = members(clusters)
        removed = sum(len(group) - 1 for group in groups)
        right = sum(max(0, min(len(group) - 1, sum(one in paired for one in group))) for group in groups)
        rand = adjusted_rand_index(clusters, truth)
        again = "yes" if is_same[tool] else "no"
        print(
            f"| {tool} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {recall:.3f} | {right / max(1, removed):.3f} "
            f"| {rand:.3f} | {again} |"
        )


if __name__ == "__main__":
    main()
