"""The calls: settings are checked here, and the engine works without the interpreter."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

from retold import _retold
from retold._data import FIELDS, DataLike, data_of, log_rejected
from retold._profile import Profile, profile_text
from retold._progress import Progress, watched
from retold._results import Pair, Scan, Table

ProfileLike = Union[Profile, str, "os.PathLike[str]", None]
Article = Union[str, Mapping[str, Any]]


def settings_of(**given: Any) -> str:
    """Settings as the engine takes them; those that are ``None`` are the defaults."""
    given["profile"] = profile_text(given.get("profile"))
    work_dir = given.get("work_dir")
    given["work_dir"] = None if work_dir is None else os.fspath(work_dir)
    return json.dumps({name: value for name, value in given.items() if value is not None})


def article_of(article: Article, name: str) -> dict[str, str]:
    """An article as the engine takes it; ``name`` is its id where it has none."""
    if isinstance(article, str):
        return {"id": name, "text": article}
    fields = {field: str(article[field]) for field in FIELDS if article.get(field) is not None}
    if "text" not in fields:
        raise _retold.InputError("an article is a text, or a dictionary with a text")
    return {"id": name, **fields}


def compare(
    a: Article,
    b: Article,
    *,
    profile: ProfileLike = None,
    min_score: float | None = None,
    background: DataLike | None = None,
    fields: Mapping[str, str] | None = None,
) -> Pair:
    """Judges two articles: whether one came from the other, which from which, and the passages that prove it.

    Parameters
    ----------
    a, b
        Texts, or dictionaries with ``text`` and perhaps ``id``, ``title``, ``date``, ``source``, ``url``, ``language``.
        Without an id they are called ``a`` and ``b``.
    profile
        A profile, or the path of one. By default the built-in one.
    min_score
        The pair is called derived from this score on. By default the profile's cut.
    background
        Articles that tell how rare words are; it takes 500 different ones to tell.
    fields
        Names of the background's fields, where they are others: ``{"text": "body"}``.

    Returns
    -------
    Pair

    Examples
    --------
    >>> import retold
    >>> text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall."
    >>> retold.compare(text, text).relation
    'identical'
    """
    first, second = article_of(a, "a"), article_of(b, "b")
    archive = None if background is None else data_of(background, fields)
    line = _retold.compare(
        json.dumps(first), json.dumps(second), archive, settings_of(profile=profile, min_score=min_score)
    )
    row: dict[str, Any] = json.loads(line)
    texts = {first["id"]: first["text"], second["id"]: second["text"]}
    return Pair(row, (texts[row["source"]], texts[row["derived"]]))


def scan(
    data: DataLike,
    *,
    against: DataLike | None = None,
    fields: Mapping[str, str] | None = None,
    copies_only: bool = False,
    threshold: float = 0.8,
    all_pairs: bool = False,
    shared: bool = False,
    min_score: float | None = None,
    within_days: int | None = None,
    across_sources: bool = False,
    profile: ProfileLike = None,
    memory_bytes: int | None = None,
    work_dir: str | os.PathLike[str] | None = None,
    progress: Progress = False,
) -> Scan:
    """Finds all related pairs, and their families.

    Parameters
    ----------
    data
        Paths of files and folders, dictionaries, or anything with the Arrow stream interface: pandas, polars, pyarrow,
        DuckDB, Hugging Face datasets. Texts in memory are not copied; what streams is kept in a temporary file.
    against
        Only pairs of one article from ``data`` and one from here.
    fields
        Names of the fields, where they are others: ``{"id": "url", "text": "body"}``.
    copies_only
        Stop after identical texts and near-duplicates.
    threshold
        Jaccard index of 5-word shingles from which a near-duplicate counts, 0.01 to 1.
    all_pairs
        Every derived pair, not only each article's best link into its family.
    shared
        Pairs that share a source as well.
    min_score
        A pair is called derived from this score on. By default the profile's cut.
    within_days
        Only pairs whose dates are at most so many days apart; an article without a date is near to all.
    across_sources
        Only pairs whose sources differ; an article without a source differs from all.
    profile
        A profile, or the path of one.
    memory_bytes, work_dir
        Memory to get along with, about, and where the rest goes.
    progress
        ``True`` for a bar (tqdm), or a function of the stage, how much is done and how much there is.

    Returns
    -------
    Scan
        ``pairs``, ``families``, ``summary``, ``report(path)``.

    Raises
    ------
    InputError
        Where articles cannot be read.
    SettingsError
        For settings out of range.
    """
    settings = settings_of(
        copies_only=copies_only,
        threshold=threshold,
        all_pairs=all_pairs,
        shared=shared,
        min_score=min_score,
        within_days=within_days,
        across_sources=across_sources,
        profile=profile,
        memory_bytes=memory_bytes,
        work_dir=work_dir,
    )
    articles = data_of(data, fields)
    archive = None if against is None else data_of(against, fields)
    with watched(progress) as tell:
        found = _retold.scan(articles, archive, settings, tell)
    return Scan(found, log_rejected(found.rejected()))


def dedup(
    data: DataLike,
    *,
    against: DataLike | None = None,
    fields: Mapping[str, str] | None = None,
    by: str = "copies",
    threshold: float = 0.8,
    keep: str | Sequence[str] = ("earliest", "longest"),
    profile: ProfileLike = None,
    progress: Progress = False,
) -> Table:
    """Marks duplicates: one row an article, in the order of the data.

    Parameters
    ----------
    data, against, fields, threshold, profile, progress
        As for :func:`scan`; of a text that ``against`` holds, nothing is kept in ``data``.
    by
        ``"identical"``: the same words; ``"copies"``: that, or a Jaccard index from the threshold on; ``"derived"``: one
        from the other, retold as well.
    keep
        Rules of keeping, the first that tells two documents apart decides: ``"earliest"``, ``"latest"``, ``"longest"``,
        ``"first"``.

    Returns
    -------
    Table
        ``id``, ``cluster``, ``size``, ``keep``, ``representative``, ``relation``, ``score``, ``jaccard``, ``weakest``,
        ``links``, ``reason``.
    """
    rules = [keep] if isinstance(keep, str) else list(keep)
    settings = settings_of(threshold=threshold, profile=profile)
    articles = data_of(data, fields)
    archive = None if against is None else data_of(against, fields)
    with watched(progress) as tell:
        marks = _retold.marks(articles, archive, by, rules, settings, tell)
    log_rejected(articles.rejected())
    return Table(_replayed(marks))


class _replayed:
    """A stream that comes once, as one that comes as often as it is asked for."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._table: Any = None

    def __call__(self) -> Any:
        if self._table is None:
            if self._stream is None:
                raise ValueError("the rows were taken already; pyarrow is needed to take them twice")
            try:
                import pyarrow as pa
            except ImportError:
                stream, self._stream = self._stream, None
                return stream
            self._table = pa.table(self._stream)
        return self._table


def read(data: DataLike, *, fields: Mapping[str, str] | None = None) -> Table:
    """Reads articles, from files and folders above all, as the command line does.

    Returns
    -------
    Table
        ``id``, ``text``, ``title``, ``date``, ``source``, ``url``, ``language``.
    """
    articles = data_of(data, fields)
    stream = _retold.read(articles)
    log_rejected(articles.rejected())
    return Table(_replayed(stream))


def tune(
    pairs: Iterable[Mapping[str, Any]],
    data: DataLike,
    *,
    background: DataLike | None = None,
    fields: Mapping[str, str] | None = None,
    name: str = "own",
    progress: Progress = False,
) -> Profile:
    """Fits a profile to labelled pairs.

    Parameters
    ----------
    pairs
        Dictionaries with ``a`` and ``b``, two ids, and ``label``: a relation, or true or false for derived.
    data
        The articles of the pairs.
    background
        Articles that tell how rare words are.
    name
        The profile's name.

    Returns
    -------
    Profile
        As much of it made anew as the pairs allow for: the cut alone from few, the model from about 300.
    """
    lines = [json.dumps(dict(pair)) for pair in pairs]
    articles = data_of(data, fields)
    archive = None if background is None else data_of(background, fields)
    with watched(progress) as tell:
        return Profile(_retold.tune(lines, articles, archive, name, tell))
