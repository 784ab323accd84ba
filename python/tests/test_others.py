"""Duplicates, archives, profiles, the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import retold

from texts import OTHER, PRINT, RETOLD, SMALL, WIRE, corpus


def test_marks_are_one_an_article_in_order() -> None:
    marks = retold.dedup(SMALL).to_arrow().to_pylist()
    assert [mark["id"] for mark in marks] == ["wire", "print", "retold", "other"]
    assert [mark["keep"] for mark in marks].count(False) == 1
    assert marks[0]["cluster"] == marks[1]["cluster"] != marks[2]["cluster"]
    derived = retold.dedup(SMALL, by="derived", keep="earliest").to_arrow().to_pylist()
    assert [mark["keep"] for mark in derived].count(False) == 2
    identical = retold.dedup(SMALL, by="identical").to_arrow().to_pylist()
    assert all(mark["keep"] for mark in identical)


def test_marks_of_two_sides_and_wrong_rules() -> None:
    marks = retold.dedup(SMALL[1:], against=SMALL[:1]).to_arrow().to_pylist()
    assert marks[0]["keep"] is False and marks[0]["representative"] == "wire"
    with pytest.raises(retold.SettingsError, match="keep"):
        retold.dedup(SMALL, keep="nicest")
    with pytest.raises(retold.SettingsError, match="by"):
        retold.dedup(SMALL, by="magic")


def test_an_index_is_filled_asked_and_emptied(tmp_path: Path) -> None:
    with retold.Index(tmp_path / "archive") as index:
        assert index.add(SMALL[:1]) == (1, 0)
        assert index.add({"id": "other", "text": OTHER}) == (1, 0)
        found = index.flag({"id": "print", "text": PRINT})
        assert [pair.source for pair in found["print"]] == ["wire"] or found["print"][0].derived == "wire"
        assert index.flag(SMALL[1:3], add=True).keys() == {"print", "retold"}
        assert "wire" in index and "nobody" not in index and len(index) == 4
        family = index.family("print")
        assert family is not None and {member["id"] for member in family.members} == {"wire", "print", "retold"}
        assert "<mark" in family.pairs[0]._repr_html_() and "3 articles" in family._repr_html_()
        assert index.family("other") is None
        with pytest.raises(retold.InputError, match="nobody"):
            index.family("nobody")
        assert index.remove(["wire", "nobody"]) == 1
        index.compact()
        assert index.stats()["documents"] == 3 and "3 articles" in repr(index)
    with pytest.raises(retold.IndexError):
        retold.Index(tmp_path / "nothing", create=False)


def test_a_family_is_that_of_a_scan_whether_the_article_is_filed_or_not(tmp_path: Path) -> None:
    scanned = retold.scan(SMALL).families[0]
    with retold.Index(tmp_path / "archive") as index:
        index.add(SMALL[:2])
        asked = index.family(SMALL[2])
        assert asked is not None and asked == scanned and "retold" not in index
        strict = index.family(SMALL[2], min_score=1.0)
        assert strict is None or len(strict) < 3


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    one = retold.Index(tmp_path / "archive")
    other = retold.Index(tmp_path / "archive")
    with pytest.raises(retold.IndexError, match="another process"):
        other.add(SMALL)
    one.close()
    assert other.add(SMALL) == (4, 0)
    # reading is never blocked
    assert len(one) == 4


def test_a_profile_from_few_labels(tmp_path: Path) -> None:
    pairs = [
        {"a": "wire", "b": "print", "label": "copy"},
        {"a": "wire", "b": "retold", "label": "rewrite"},
        {"a": "wire", "b": "other", "label": "unrelated"},
    ]
    profile = retold.tune(pairs, SMALL, name="few")
    assert profile.name == "few" and 0 <= profile.cut <= 1 and "few" in repr(profile)
    profile.write(tmp_path / "profile.json")
    again = retold.Profile.read(tmp_path / "profile.json")
    assert retold.compare(WIRE, RETOLD, profile=again.with_cut(1.0)).is_derived is False
    assert retold.compare(WIRE, RETOLD, profile=tmp_path / "profile.json").is_derived
    with pytest.raises(retold.InputError, match="pair 1"):
        retold.tune([{"a": "wire"}], SMALL)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from retold._command import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_the_wheel_carries_the_command(tmp_path: Path) -> None:
    assert command("--version").stdout.startswith("retold ")
    assert command("scan").returncode == 2
    (tmp_path / "a.txt").write_text(WIRE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(PRINT, encoding="utf-8")
    run = command("compare", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--format", "jsonl")
    assert run.returncode == 0 and '"relation":"copy"' in run.stdout
    assert command("scan", str(tmp_path / "nothing")).returncode == 2


def test_a_large_scan_says_what_the_command_says(tmp_path: Path) -> None:
    import json

    rows = corpus(1200)
    file = tmp_path / "corpus.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = command("scan", str(file), "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in told] == [pair.row for pair in retold.scan(rows).pairs]
