#!/usr/bin/env python3
"""One `retold flag --add` process fed many articles: does its memory stay flat, and is anything lost when it is killed?

usage: flag_memory.py PROGRAM NEW_INDEX ARTICLES.jsonl [--articles 200000] [--in-flight 64]

Articles go in on standard input, --in-flight of them ahead of the answers. Memory (resident, and of it what is not a file's) is
printed each twentieth of the way. At the end, with articles still coming, the process is killed; then the index is checked, and
every article whose answer said that it is filed is looked for: removed from the index again, which says so of each that is not
there.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
args.add_argument("program")
args.add_argument("index")
args.add_argument("articles")
args.add_argument("--articles", dest="count", type=int, default=200_000)
args.add_argument("--in-flight", type=int, default=64)
args = args.parse_args()

process = subprocess.Popen(
    [args.program, "flag", args.index, "-", "--add", "--format", "jsonl", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
room = threading.Semaphore(args.in_flight)


def feed():
    try:
        with open(args.articles, "rb") as lines:
            for line in lines:
                room.acquire()
                process.stdin.write(line)
                process.stdin.flush()
    except (BrokenPipeError, OSError):
        pass


def memory():
    fields = dict(line.split(":", 1) for line in open(f"/proc/{process.pid}/status"))
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "VmHWM")]


threading.Thread(target=feed, daemon=True).start()
start, filed, matched, samples = time.time(), [], 0, []
for line in process.stdout:
    try:
        answer = json.loads(line)
    except json.JSONDecodeError:
        break
    room.release()
    if answer["filed"]:
        filed.append(answer["id"])
    matched += bool(answer["matches"])
    if len(filed) % max(1, args.count // 20) == 0:
        resident, own, peak = memory()
        samples.append((len(filed), resident))
        print(f"{len(filed):>8} filed after {time.time() - start:.0f} s: {resident:.0f} MiB resident, {own:.0f} MiB its own, peak {peak:.0f}", flush=True)
    if len(filed) == args.count:
        process.kill()
for line in process.stdout:
    try:
        filed.append(json.loads(line)["id"])
    except json.JSONDecodeError:
        pass
process.wait()
later = [resident for count, resident in samples if count > args.count // 10]
if later:
    print(f"after the first tenth: {min(later):.0f} to {max(later):.0f} MiB; {matched} of {len(filed)} with matches")
check = subprocess.run([args.program, "index", "check", args.index], capture_output=True, text=True)
print(f"check: status {check.returncode}, {check.stderr.strip()}")
with tempfile.NamedTemporaryFile("w", suffix=".ids") as ids:
    ids.write("\n".join(sorted(set(filed))))
    ids.flush()
    removed = subprocess.run([args.program, "index", "remove", args.index, "--ids", ids.name], capture_output=True, text=True)
lost = [line for line in removed.stderr.splitlines() if "holds no article" in line]
print(f"{len(set(filed))} acknowledged, {len(lost)} of them lost; removed again: status {removed.returncode}, {removed.stderr.strip()[-120:]}")
sys.exit(bool(lost) or check.returncode != 0)
