#!/usr/bin/env python3
"""How long an answer of `retold flag` takes: a line is fed, its answer awaited, and so on.

usage: flag_latency.py PROGRAM INDEX ARTICLES.jsonl... [--other INDEX] [--limit 1000] [--warm 20] [--cold 5] [--no-rename]

Printed: the cold start (from the start of a process to its first answer, the article being there from the start; the median of
--cold processes), then median, 90th and 99th percentile and most of a warm process's answers, the first --warm left out, and how
many of the articles had matches. With --other (an index of a tenth of the documents, say) the same articles are asked of both by
turns, and the medians' ratio is printed. Articles are taken from the files by turns. Each id gets `incoming-` before it, since an
article never matches its own id.

Timed is wall time as the one who asks sees it, pipes included; run it on a machine that does nothing else. The processor's
time of the program is printed beside it. The index's files should be in the page cache: the first process sees to that.
"""
import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("program")
args.add_argument("index")
args.add_argument("articles", nargs="+")
args.add_argument("--other", help="another index, asked by turns")
args.add_argument("--limit", type=int, default=1000)
args.add_argument("--warm", type=int, default=20)
args.add_argument("--cold", type=int, default=5)
args.add_argument("--no-rename", action="store_true")
args.add_argument("--slowest", type=int, default=0, help="name the slowest answers")
args = args.parse_args()


class Desk:
    """A process that answers line by line."""

    def __init__(self, index):
        command = [args.program, "flag", index, "-", "--format", "jsonl", "--quiet"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        start = time.perf_counter()
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return time.perf_counter() - start, json.loads(answer)

    def end(self):
        self.process.stdin.close()
        _, status, used = os.wait4(self.process.pid, 0)
        if status:
            sys.exit(f"status {status}")
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def lines():
    files = [open(path, encoding="utf-8") for path in args.articles]
    for line in itertools.islice((line for lines in itertools.zip_longest(*files) for line in lines if line), args.limit):
        article = json.loads(line)
        if not args.no_rename:
            article["id"] = "incoming-" + article["id"]
        yield (json.dumps(article, ensure_ascii=False) + "\n").encode()


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


asked = list(lines())
indexes = [args.index] + ([args.other] if args.other else [])
for index in indexes:
    cold = []
    for number in range(args.cold):
        start = time.perf_counter()
        desk = Desk(index)
        desk.ask(asked[number % len(asked)])
        cold.append(1000 * (time.perf_counter() - start))
        desk.end()
    print(f"{index}: first answer after {statistics.median(cold):.1f} ms (of {args.cold}: {', '.join(f'{ms:.0f}' for ms in cold)})")
desks = [Desk(index) for index in indexes]
times, matched = [[] for _ in indexes], [0 for _ in indexes]
for number, line in enumerate(asked):
    for which, desk in enumerate(desks):
        seconds, answer = desk.ask(line)
        matched[which] += bool(answer["matches"])
        if number >= args.warm:
            times[which].append((1000 * seconds, answer["id"], len(answer["matches"])))
for which, (index, desk) in enumerate(zip(indexes, desks)):
    cpu, memory = desk.end()
    some = [ms for ms, _, _ in times[which]]
    print(
        f"{index}: median {statistics.median(some):.2f} ms, 90 % {percentile(some, 0.9):.2f}, 99 % {percentile(some, 0.99):.2f}, "
        f"most {max(some):.1f}; {1000 * cpu / len(asked):.2f} ms of processor time an article; "
        f"{matched[which]} of {len(asked)} with matches; peak {memory:.0f} MiB"
    )
    for ms, id, matches in sorted(times[which], reverse=True)[: args.slowest]:
        print(f"    {ms:.1f} ms: {id}, {matches} matches")
if args.other:
    one, other = (statistics.median(ms for ms, _, _ in some) for some in times)
    print(f"median over the other index's: {one / other:.2f}")
