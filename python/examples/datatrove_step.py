"""A step of a datatrove pipeline: of each text of a rank one document goes on, and says how many it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

import retold

TEXT = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall, the water board said."


class RetoldDedup(PipelineStep):
    """Keeps one of each cluster of duplicates among the documents that a rank reads.

    Texts of all ranks are told apart by one rank, or on Spark.
    """

    type = "DEDUP"
    name = "retold"

    def __init__(self, by: str = "copies", threshold: float = 0.8, keep: str = "longest") -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"by": by, "threshold": threshold, "keep": keep}

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        documents = list(data or [])
        with self.track_time():
            rows = ({"id": document.id, "text": document.text} for document in documents)
            marks = {mark["id"]: mark for mark in retold.dedup(rows, **self.settings).to_arrow().to_pylist()}
        for document in documents:
            mark = marks.get(document.id)
            if mark is None or mark["keep"]:
                document.metadata["copies"] = 1 if mark is None else mark["size"]
                self.stat_update("kept")
                yield document
            else:
                self.stat_update("dropped")


def main() -> list[Document]:
    texts = {"wire": TEXT, "post": f"{TEXT} Nobody was hurt.", "bakery": "A bakery opens in Quarrel Point next week."}
    documents = [Document(text=text, id=id) for id, text in texts.items()]
    return list(RetoldDedup(threshold=0.7).run(iter(documents)))


if __name__ == "__main__":
    for document in main():
        print(document.id, document.metadata["copies"])
