"""Keeps one of each text of a Hugging Face dataset: marks from retold, `filter` and `map` of datasets."""

from __future__ import annotations

from datasets import Dataset

import retold

TEXT = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall, the water board said."


def main() -> Dataset:
    dataset = Dataset.from_dict(
        {
            "id": ["wire", "post", "bakery"],
            "text": [TEXT, f"{TEXT} Nobody was hurt.", "A bakery opens in Quarrel Point next week."],
        }
    )
    marks = {mark["id"]: mark for mark in retold.dedup(dataset, threshold=0.7, keep="longest").to_arrow().to_pylist()}
    told = dataset.map(lambda row: {"representative": marks[row["id"]]["representative"]})
    return told.filter(lambda row: marks[row["id"]]["keep"])


if __name__ == "__main__":
    for row in main():
        print(row["id"], row["representative"])
