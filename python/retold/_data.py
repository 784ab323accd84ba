"""Anything that holds articles, as the engine takes it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, Union, runtime_checkable

from retold._retold import Data, InputError

log = logging.getLogger("retold")

FIELDS = ("id", "text", "title", "date", "source", "url", "language")

#: Rejections that are logged one by one.
_LOGGED = 20


@runtime_checkable
class ArrowStream(Protocol):
    """Whatever exports the Arrow C stream interface: tables, readers, frames, relations."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


#: Paths, dictionaries, or anything with the Arrow C stream interface (pandas, polars, pyarrow, DuckDB) or a
#: ``datasets.Dataset``.
DataLike = Union[str, "os.PathLike[str]", ArrowStream, Iterable[Any]]

Names = tuple[str, str, str, str, str, str, str]


def names_of(fields: Mapping[str, str] | None) -> Names:
    """The names of the seven fields; those not given are their own."""
    given = dict(fields or {})
    unknown = set(given) - set(FIELDS)
    if unknown:
        raise InputError(f"there is no field {sorted(unknown)[0]!r}; the fields are {', '.join(FIELDS)}")
    names = [given.get(field, field) for field in FIELDS]
    return (names[0], names[1], names[2], names[3], names[4], names[5], names[6])


def data_of(data: DataLike, fields: Mapping[str, str] | None = None) -> Data:
    """Articles from whatever was given."""
    names = names_of(fields)
    if isinstance(data, (str, os.PathLike)):
        return Data.files([os.fspath(data)], names)
    if is_dataset(data):
        return Data.arrow(_dataset_reader(data), names, True)
    if isinstance(data, ArrowStream):
        # a frame or a table stays in memory where it is; what has no length streams
        return Data.arrow(data, names, not hasattr(data, "__len__") and not _is_table(data))
    if isinstance(data, Mapping):
        raise InputError("one article was given where several are expected: put it in a list")
    return _of_iterable(data, names)


def _is_table(data: object) -> bool:
    return hasattr(data, "num_rows")


def _of_iterable(data: Iterable[Any], names: Names) -> Data:
    if isinstance(data, (list, tuple)) and data and all(isinstance(one, (str, os.PathLike)) for one in data):
        return Data.files([os.fspath(one) for one in data], names)
    return Data.rows(iter(data), names)


def is_dataset(data: object) -> bool:
    """Whether it is a Hugging Face dataset, iterable ones included."""
    return type(data).__module__.startswith("datasets.") and hasattr(data, "with_format")


def _dataset_reader(data: Any) -> object:
    import pyarrow as pa

    tables: Iterator[Any] = iter(data.with_format("arrow").iter(batch_size=1000))
    first = next(tables, None)
    if first is None:
        raise InputError("the dataset is empty")

    def batches() -> Iterator[Any]:
        yield from first.to_batches()
        for table in tables:
            yield from table.to_batches()

    return pa.RecordBatchReader.from_batches(first.schema, batches())


def log_rejected(lines: list[str]) -> list[dict[str, Any]]:
    """Rejections as dictionaries; the first of them are logged."""
    rejected: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for one in rejected[:_LOGGED]:
        place = one["input"] if one["line"] is None else f"{one['input']}:{one['line']}"
        log.warning("%s: %s", place, one["reason"])
    if len(rejected) > _LOGGED:
        log.warning("and %d more articles were left out", len(rejected) - _LOGGED)
    return rejected
