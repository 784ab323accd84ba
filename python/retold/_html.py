"""Pictures for notebooks: two texts side by side, and the tree of a family. Everything shown is escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

_COLORS = {"verbatim": "#ffd7a8", "reworded": "#cfe3ff", "quote": "#e3e3e3"}
#: Longer texts are cut in pictures.
_SHOWN_CHARACTERS = 6000

#: Characters that change the direction of text or are not seen.
_INVISIBLE = {*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)}


def escaped(text: str) -> str:
    """Text as HTML, with what is not seen replaced."""
    return html.escape("".join("\ufffd" if ord(letter) in _INVISIBLE else letter for letter in text))


def marked(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """A text with spans (start, end, kind) coloured; spans that overlap an earlier one are cut."""
    pieces: list[str] = []
    at = 0
    for start, end, kind in sorted(spans):
        start, end = max(start, at), min(end, len(text), _SHOWN_CHARACTERS)
        if start >= end:
            continue
        pieces.append(escaped(text[at:start]))
        color = _COLORS.get(kind, "#ffffff")
        pieces.append(f'<mark style="background:{color}" title="{escaped(kind)}">{escaped(text[start:end])}</mark>')
        at = end
    pieces.append(escaped(text[at:_SHOWN_CHARACTERS]))
    if len(text) > _SHOWN_CHARACTERS:
        pieces.append(" …")
    return "".join(pieces)


def side_by_side(row: Mapping[str, Any], source_text: str | None, derived_text: str | None) -> str:
    """The verdict on a pair, its reasons, and both texts where they are at hand."""
    confidence = row["direction_confidence"]
    direction = "" if confidence is None else f", direction {confidence:.0%} sure"
    reasons = "".join(f"<li>{escaped(reason['text'])}</li>" for reason in row["evidence"] or [])
    parts = [part for passage in row["passages"] or [] for part in passage["parts"]]
    columns = ""
    for side, text in (("source", source_text), ("derived", derived_text)):
        if text is not None:
            spans = [(part[side][0], part[side][1], part["kind"]) for part in parts]
            columns += (
                f'<td style="vertical-align:top;text-align:left;white-space:pre-wrap;width:50%">'
                f"<b>{escaped(row[side])}</b><br>{marked(text, spans)}</td>"
            )
    table = f'<table style="width:100%"><tr>{columns}</tr></table>' if columns else ""
    return (
        f"<div><p><b>{escaped(row['relation'])}</b>, score {row['score']:.3f}{direction}: "
        f"{escaped(row['source'])} → {escaped(row['derived'])}</p><ul>{reasons}</ul>{table}</div>"
    )


def tree(family: Mapping[str, Any]) -> str:
    """A family as nested lists: who came from whom."""
    children: dict[str | None, list[Mapping[str, Any]]] = {}
    for member in family["members"]:
        children.setdefault(member["parent"], []).append(member)

    # without recursion: a chain may be as long as it likes
    pieces = ["<ul>"]
    waiting: list[Mapping[str, Any] | None] = [None, *reversed(children.get(None, []))]
    while waiting:
        member = waiting.pop()
        if member is None:
            pieces.append("</ul>")
            continue
        how = "" if member["relation"] is None else f" <i>{escaped(member['relation'])}</i> {member['score'] or 0:.3f}"
        pieces.append(f"<li>{escaped(member['id'])}{how}</li>")
        below = children.get(member["id"], [])
        if below:
            pieces.append("<ul>")
            waiting.append(None)
            waiting.extend(reversed(below))
    return (
        f"<div><p><b>{family['size']} articles</b>, weakest link {family['weakest']:.3f}</p>{''.join(pieces)}</div>"
    )
