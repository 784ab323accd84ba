"""Two articles."""

from __future__ import annotations

import pytest

import retold

from texts import OTHER, PRINT, RETOLD, SMALL, WIRE


def test_two_texts() -> None:
    pair = retold.compare(WIRE, PRINT)
    assert pair.is_derived and pair.relation == "copy" and pair.score > 0.9
    assert {pair.source, pair.derived} == {"a", "b"}
    assert not retold.compare(WIRE, OTHER).is_derived


def test_articles_keep_their_ids_and_spans_are_code_points() -> None:
    pair = retold.compare(SMALL[0], {"id": "é", "text": "日 " + PRINT})
    assert {pair.source, pair.derived} == {"wire", "é"}
    texts = {"wire": WIRE, "é": "日 " + PRINT}
    for passage in pair.passages:
        for part in passage["parts"]:
            if part["kind"] == "verbatim":
                taken = [texts[getattr(pair, side)][slice(*part[side])] for side in ("source", "derived")]
                assert taken[0].split()[1:-1] == taken[1].split()[1:-1]


def test_a_pair_prints_and_shows_both_texts_escaped() -> None:
    pair = retold.compare("<b>bold</b> " + WIRE, RETOLD)
    assert "score=" in repr(pair)
    picture = pair._repr_html_()
    assert "<b>bold</b>" not in picture and "&lt;b&gt;bold" in picture and "<mark" in picture


def test_a_small_background_tells_nothing() -> None:
    pair = retold.compare(WIRE, PRINT, background=[{"id": "x", "text": OTHER}])
    assert pair.row["background_documents"] is None


def test_errors_say_what_is_wrong() -> None:
    with pytest.raises(retold.InputError, match="text"):
        retold.compare({"id": "x"}, WIRE)
    with pytest.raises(retold.SettingsError, match="min_score"):
        retold.compare(WIRE, PRINT, min_score=2)
    with pytest.raises(retold.ProfileError, match="format"):
        retold.compare(WIRE, PRINT, profile=retold.Profile('{"format": 1, "name": "old", "cut": 0.5}'))
    assert issubclass(retold.SettingsError, retold.RetoldError)


def test_the_cut_decides() -> None:
    pair = retold.compare(WIRE, RETOLD)
    assert pair.is_derived and pair.score < 1
    assert not retold.compare(WIRE, RETOLD, min_score=1.0).is_derived
