"""Looks for the cut that fits one's own labels, in the manner of scikit-learn: `fit`, `predict`, `score`, `get_params`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import retold

WIRE = (
    "A dyke on the river Arrel broke on Sunday and drove 6,200 people from their homes, officials said. "
    "The governor, Ilse Karrow, said the wall had been inspected in March and found sound."
)
ARTICLES = [
    {"id": "wire", "text": WIRE},
    {"id": "post", "text": f"{WIRE} Schools stay closed until Thursday."},
    {"id": "bakery", "text": "A bakery opens in Quarrel Point next week, with bread from three valleys."},
    {"id": "ferry", "text": "The ferry to Quarrel Point ran aground on Friday with 41 people on board."},
]
LABELS = [
    {"a": "wire", "b": "post", "label": True},
    {"a": "wire", "b": "bakery", "label": False},
    {"a": "bakery", "b": "ferry", "label": False},
]


class DerivedClassifier:
    """Says of pairs of ids whether one text came from the other."""

    def __init__(self, articles: Sequence[Mapping[str, Any]], cut: float | None = None) -> None:
        self.articles = articles
        self.cut = cut

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"articles": self.articles, "cut": self.cut}

    def set_params(self, **params: Any) -> DerivedClassifier:
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def fit(self, pairs: Sequence[tuple[str, str]], labels: Sequence[bool]) -> DerivedClassifier:
        told = [{"a": a, "b": b, "label": label} for (a, b), label in zip(pairs, labels)]
        profile = retold.tune(told, self.articles)
        self.profile_ = profile if self.cut is None else profile.with_cut(self.cut)
        return self

    def predict(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        by_id = {article["id"]: article for article in self.articles}
        return [retold.compare(by_id[a], by_id[b], profile=self.profile_).is_derived for a, b in pairs]

    def score(self, pairs: Sequence[tuple[str, str]], labels: Sequence[bool]) -> float:
        right = [said == label for said, label in zip(self.predict(pairs), labels)]
        return sum(right) / len(right)


def main() -> tuple[float, float]:
    pairs = [(str(pair["a"]), str(pair["b"])) for pair in LABELS]
    labels = [bool(pair["label"]) for pair in LABELS]
    found = []
    for cut in (0.1, 0.5, 0.9):
        classifier = DerivedClassifier(ARTICLES, cut).fit(pairs, labels)
        found.append((classifier.score(pairs, labels), cut))
    return max(found)


if __name__ == "__main__":
    accuracy, cut = main()
    print(f"cut {cut}: {accuracy:.0%} right")
