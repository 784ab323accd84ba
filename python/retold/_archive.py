"""The archive index."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from retold._data import DataLike, data_of, log_rejected
from retold._jobs import ProfileLike, article_of, settings_of
from retold._progress import Progress, watched
from retold._results import Family, Pair
from retold._retold import Archive, InputError


class Index:
    """An archive of articles in a folder: it is added to, and incoming articles are held against it.

    Each change is committed before its call returns. Readers are never blocked; there is one writer at a time, from the first
    change on until :meth:`close`.

    Parameters
    ----------
    path
        The folder.
    create
        Makes an index where there is none.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        self._path = os.fspath(path)
        self._archive = Archive(self._path, create)

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets others write; the next change takes the lock again."""
        self._archive.release()

    def add(
        self, data: DataLike, *, fields: Mapping[str, str] | None = None, progress: Progress = False
    ) -> tuple[int, int]:
        """Files articles; of one id the last is kept.

        Returns
        -------
        tuple of int
            How many were filed, and how many of their ids were held before.
        """
        articles = data_of([data] if _is_article(data) else data, fields)
        with watched(progress) as tell:
            filed = self._archive.add(articles, tell)
        log_rejected(articles.rejected())
        return filed

    def remove(self, ids: str | Iterable[str]) -> int:
        """Removes articles by their ids; returns how many. Ids that the index does not hold are passed over."""
        removed, _unknown = self._archive.remove([ids] if isinstance(ids, str) else list(ids))
        return removed

    def flag(
        self,
        data: DataLike,
        *,
        fields: Mapping[str, str] | None = None,
        add: bool = False,
        top: int | None = None,
        shared: bool = False,
        min_score: float | None = None,
        within_days: int | None = None,
        profile: ProfileLike = None,
        progress: Progress = False,
    ) -> dict[str, list[Pair]]:
        """Holds articles against the archive.

        Parameters
        ----------
        data
            One article as a dictionary, or several in any form that :func:`retold.scan` takes.
        add
            Files each article after it was asked about.
        top
            So many answers an article, the best.

        Returns
        -------
        dict
            For each id its pairs with articles of the archive, the best first.
        """
        settings = settings_of(
            top=top, shared=shared, min_score=min_score, within_days=within_days, profile=profile
        )
        articles = data_of([data] if _is_article(data) else data, fields)
        with watched(progress) as tell:
            answers = self._archive.flag(articles, settings, add, tell)
        log_rejected(articles.rejected())
        return {id: [Pair(json.loads(row)) for row in rows] for id, rows in answers}

    def family(
        self,
        article: str | Mapping[str, Any],
        *,
        min_score: float | None = None,
        profile: ProfileLike = None,
    ) -> Family | None:
        """The family of an article, as a scan of the whole archive with it would draw it: the tree and its root.

        Parameters
        ----------
        article
            The id of an article of the archive, or an article that need not be in it, as a dictionary.
        min_score, profile
            As for :func:`retold.scan`.

        Returns
        -------
        Family or None
            With the pairs that were judged in :attr:`Family.pairs`; ``None`` where nothing is tied to the article. Of a family
            of more than some 200 distinct texts, the part around the article.

        Raises
        ------
        InputError
            For an id that the index does not hold.
        """
        asked = self.article(article) if isinstance(article, str) else article_of(article, "article")
        if asked is None:
            raise InputError(f"the index in {self._path} holds no article {article!r}")
        settings = settings_of(min_score=min_score, profile=profile)
        found = self._archive.family(json.dumps(asked), settings)
        if found is None:
            return None
        family, rows = found
        return Family(json.loads(family), tuple(self._pair(json.loads(row), asked) for row in rows))

    def _pair(self, row: dict[str, Any], asked: Mapping[str, Any]) -> Pair:
        """A pair that knows both its texts: the article asked about need not be in the archive."""
        articles = [asked if row[side] == asked["id"] else self.article(row[side]) for side in ("source", "derived")]
        texts = ["" if one is None else str(one["text"]) for one in articles]
        return Pair(row, (texts[0], texts[1]))

    def article(self, id: str) -> dict[str, Any] | None:
        """The article of an id."""
        line = self._archive.article(id)
        return None if line is None else dict(json.loads(line))

    def stats(self) -> dict[str, Any]:
        """How much the index holds."""
        stats: dict[str, Any] = json.loads(self._archive.stats())
        return stats

    def compact(self) -> None:
        """Writes everything anew, without what was removed."""
        self._archive.compact()

    def __len__(self) -> int:
        return int(self.stats()["documents"])

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self.article(id) is not None

    def __repr__(self) -> str:
        return f"Index({self._path!r}, {len(self)} articles)"


def _is_article(data: object) -> bool:
    return isinstance(data, Mapping)
