"""What comes out: pairs, families, and tables of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, overload

from retold import _html, _retold


@dataclass(frozen=True)
class Pair:
    """A scored pair.

    Attributes
    ----------
    row
        Everything that is said of the pair, as a line of ``pairs.jsonl``.
    """

    row: dict[str, Any]
    _texts: tuple[str, str] | None = field(default=None, repr=False, compare=False)

    @property
    def source(self) -> str:
        """The id of the article that the other came from."""
        return str(self.row["source"])

    @property
    def derived(self) -> str:
        """The id of the article that came from the other."""
        return str(self.row["derived"])

    @property
    def relation(self) -> str:
        """identical, copy, expanded, condensed, rewrite, partial, translation, shared_source or unrelated."""
        return str(self.row["relation"])

    @property
    def is_derived(self) -> bool:
        """Whether one text came from the other, or both from one third text."""
        return self.relation not in ("shared_source", "unrelated")

    @property
    def score(self) -> float:
        """The probability, 0 to 1, that the pair is derived."""
        return float(self.row["score"])

    @property
    def direction_confidence(self) -> float | None:
        """0.5 to 1 that source and derived are the right way round."""
        value = self.row["direction_confidence"]
        return None if value is None else float(value)

    @property
    def jaccard(self) -> float:
        """Exact Jaccard index of 5-word shingles."""
        return float(self.row["jaccard"])

    @property
    def evidence(self) -> list[str]:
        """The reasons, in words."""
        return [str(reason["text"]) for reason in self.row["evidence"] or []]

    @property
    def passages(self) -> list[dict[str, Any]]:
        """Stretches in common, with spans in code points: what ``text[start:end]`` takes."""
        return list(self.row["passages"] or [])

    def __repr__(self) -> str:
        return f"Pair({self.source!r} -> {self.derived!r}, {self.relation}, score={self.score:.3f})"

    def _repr_html_(self) -> str:
        source, derived = self._texts or (None, None)
        return _html.side_by_side(self.row, source, derived)


@dataclass(frozen=True)
class Family:
    """Articles tied by derivation.

    Attributes
    ----------
    row
        Everything that is said of the family, as a line of ``families.jsonl``.
    pairs
        Pairs of its articles, the best first, where an index was asked; of a scan's families :attr:`Scan.pairs` has them.
    """

    row: dict[str, Any]
    pairs: tuple[Pair, ...] = field(default=(), repr=False, compare=False)

    @property
    def root(self) -> str:
        """The id of the article from which the others came."""
        return str(self.row["root"])

    @property
    def members(self) -> list[dict[str, Any]]:
        """The root first, each other with its parent, relation and score."""
        return list(self.row["members"])

    @property
    def weakest(self) -> float:
        """Score of the weakest link that holds the family together."""
        return float(self.row["weakest"])

    def __len__(self) -> int:
        return int(self.row["size"])

    def __repr__(self) -> str:
        return f"Family({self.root!r}, {len(self)} articles, weakest={self.weakest:.3f})"

    def _repr_html_(self) -> str:
        return _html.tree(self.row)


class Table:
    """Rows with the Arrow C stream interface: ``pl.DataFrame(table)`` and ``pa.table(table)`` take it as it is."""

    def __init__(self, stream: Callable[[], Any]) -> None:
        self._stream = stream

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._stream().__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """The rows as a pyarrow table."""
        import pyarrow as pa

        return pa.table(self)

    def to_pandas(self) -> Any:
        """The rows as a pandas frame."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The rows as a polars frame."""
        import polars as pl

        return pl.DataFrame(self)


class Pairs(Table):
    """The pairs of a scan, by falling score.

    They go by places as a list does, and are none to those who ask: frames would take them object by object then.
    """

    def __init__(self, scan: _retold.Scan) -> None:
        super().__init__(scan.pairs)
        self._scan = scan

    def __len__(self) -> int:
        return self._scan.pair_count()

    @overload
    def __getitem__(self, at: int) -> Pair: ...
    @overload
    def __getitem__(self, at: slice) -> list[Pair]: ...
    def __getitem__(self, at: int | slice) -> Pair | list[Pair]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        line = self._scan.pair(at + len(self) if at < 0 else at) if -len(self) <= at else None
        if line is None:
            # the sequence's own, not an index's
            raise _out_of_range(at)
        row: dict[str, Any] = json.loads(line)
        texts = tuple(self._text(row[side]) for side in ("source", "derived"))
        return Pair(row, (texts[0], texts[1]))

    def __iter__(self) -> Iterator[Pair]:
        return (self[at] for at in range(len(self)))

    def _text(self, id: str) -> str:
        article = self._scan.article(id)
        return "" if article is None else str(json.loads(article)["text"])

    def __repr__(self) -> str:
        return f"<{len(self)} pairs>"


class Families(Table):
    """The families of a scan, the largest first."""

    def __init__(self, scan: _retold.Scan) -> None:
        super().__init__(scan.families)
        self._scan = scan

    def __len__(self) -> int:
        return self._scan.family_count()

    @overload
    def __getitem__(self, at: int) -> Family: ...
    @overload
    def __getitem__(self, at: slice) -> list[Family]: ...
    def __getitem__(self, at: int | slice) -> Family | list[Family]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        line = self._scan.family(at + len(self) if at < 0 else at) if -len(self) <= at else None
        if line is None:
            raise _out_of_range(at)
        return Family(json.loads(line))

    def __iter__(self) -> Iterator[Family]:
        return (self[at] for at in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} families>"


def _out_of_range(at: int) -> Exception:
    import builtins

    return builtins.IndexError(f"there is none at {at}")


class Scan:
    """What a scan found. Rows are kept in memory as far as there is room, and otherwise in a temporary file."""

    def __init__(self, scan: _retold.Scan, rejected: list[dict[str, Any]]) -> None:
        self._scan = scan
        #: Articles that were left out, and why.
        self.rejected = rejected

    @property
    def pairs(self) -> Pairs:
        """The pairs, by falling score: a sequence, and an Arrow stream."""
        return Pairs(self._scan)

    @property
    def families(self) -> Families:
        """The families, the largest first: a sequence, and an Arrow stream."""
        return Families(self._scan)

    @property
    def summary(self) -> dict[str, Any]:
        """Counts, as in ``summary.json``."""
        summary: dict[str, Any] = json.loads(self._scan.summary())
        return summary

    def article(self, id: str) -> dict[str, Any] | None:
        """The article of an id, read again."""
        line = self._scan.article(id)
        return None if line is None else dict(json.loads(line))

    def report(self, path: str | os.PathLike[str], *, families: int = 500) -> None:
        """Writes the review page: one HTML file that fetches nothing.

        Parameters
        ----------
        path
            The file.
        families
            Families shown at most, the largest first.
        """
        self._scan.report(os.fspath(path), families)

    def __repr__(self) -> str:
        return f"<Scan: {len(self.pairs)} pairs, {len(self.families)} families>"

    def _repr_html_(self) -> str:
        shown = "".join(family._repr_html_() for family in self.families[:3])  # pyright: ignore[reportPrivateUsage]
        return f"<div><p><b>{len(self.pairs)} pairs, {len(self.families)} families</b></p>{shown}</div>"
