"""Rows have the fields that `schema/` describes, in its order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import retold
from retold import _retold

from texts import SMALL

pa = pytest.importorskip("pyarrow")
SCHEMAS = Path(__file__).parents[2] / "schema"


def described(name: str) -> Any:
    """The names of a row's fields, each with those of what it holds."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))

    def fields_of(node: dict[str, Any]) -> Any:
        if "$ref" in node:
            return fields_of(schema["$defs"][node["$ref"].rsplit("/", 1)[1]])
        for choice in node.get("anyOf", []):
            if choice.get("type") != "null":
                return fields_of(choice)
        if "properties" in node:
            return {field: fields_of(of) for field, of in node["properties"].items()}
        return fields_of(node["items"]) if isinstance(node.get("items"), dict) else None

    return fields_of(schema)


def held(kind: Any) -> Any:
    """As :func:`described`, of an Arrow type or schema."""
    if pa.types.is_list(kind):
        return held(kind.value_type)
    return {field.name: held(field.type) for field in kind} if pa.types.is_struct(kind) else None


@pytest.mark.parametrize(("name", "stream"), [("pairs", "pairs"), ("families", "families")])
def test_rows_of_a_scan_are_those_of_the_schema(name: str, stream: str) -> None:
    table = pa.table(getattr(retold.scan(SMALL), stream))
    found = {field.name: held(field.type) for field in table.schema}
    assert found == described(name) and list(found) == list(described(name))
    assert table.num_rows > 0


def test_marks_are_those_of_the_schema() -> None:
    names = retold.dedup(SMALL).to_arrow().column_names
    assert names == list(described("marks"))


def test_an_index_says_of_itself_what_the_schema_says(tmp_path: Path) -> None:
    assert list(retold.Index(tmp_path / "archive").stats()) == list(described("index_stats"))


def test_the_package_names_what_it_offers() -> None:
    assert all(hasattr(retold, name) for name in retold.__all__)
    assert retold.__version__ == _retold.__version__
