#!/usr/bin/env bash
# Fuzzes a target for some seconds with the stable compiler: fuzz/run.sh TARGET SECONDS [options of libFuzzer]
set -euo pipefail
cd "$(dirname "$0")"
target=$1 seconds=$2
shift 2
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Zsanitizer=address -Ccodegen-units=1"
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$triple" --bin "$target"
folder=${CARGO_TARGET_DIR:-target}/$triple/release
mkdir -p "corpus/$target"
if [ -d "seeds/$target" ]; then set -- "$@" "seeds/$target"; fi
# made by build.rs of the words that the program knows
"$folder/$target" -dict=words.dict -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 "corpus/$target" "$@"
