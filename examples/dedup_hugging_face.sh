#!/bin/sh
# From a Hugging Face data set exported to Parquet to the same records with marks, and to a set without what a test set holds.
#
# usage: dedup_hugging_face.sh PARQUET_FOLDER TEST_SET.jsonl OUT_FOLDER
#
# Needs retold, zstd, and Python with pyarrow. The data set has a column `text`; one named `id` is made where there is none.
set -eu
parquet=$1 test_set=$2 out=$3
mkdir -p "$out/lines"

# 1. Parquet to JSON lines, a file each, so that every record has an id that says where it stands.
for file in "$parquet"/*.parquet; do
    python3 - "$file" <<'PYTHON' | zstd -q -f -o "$out/lines/$(basename "$file" .parquet).jsonl.zst"
import json, os, sys
import pyarrow.parquet as parquet

name, row = os.path.basename(sys.argv[1]), 0
for batch in parquet.ParquetFile(sys.argv[1]).iter_batches(1024):
    for record in batch.to_pylist():
        record.setdefault("id", f"{name}:{row}")
        print(json.dumps(record, ensure_ascii=False, default=str))
        row += 1
PYTHON
done

# 2. A first look: clusters with their differences, those least alike first. Is the threshold right?
retold dedup "$out/lines" --threshold 0.8 --examples 20

# 3. Marks, and the records again with the marks in them. Nothing is deleted.
retold dedup "$out/lines" --threshold 0.8 --keep longest --out "$out/marks" --annotate "$out/annotated"

# 4. What of the test set stands in the data: copies, and documents that hold its texts or passages of them.
#    Its records need `id` and `text`; contained.jsonl says what was found where.
retold dedup "$out/lines" --against "$test_set" --contained 0.8 --keep longest --out "$out/clean-marks" --remove "$out/clean"
