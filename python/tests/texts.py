"""Invented articles, and many of them."""

from __future__ import annotations

import random

WIRE = (
    "HESTBROOK (Meridian) — A dyke on the river Arrel broke on Sunday and drove 6,200 people from their homes, officials said. "
    '"We heard a crack like a tree coming down," said Marta Ollenby, 58, who waited five hours on her roof for a boat. '
    "The governor, Ilse Karrow, said the wall had been inspected in March and found sound."
)
PRINT = WIRE.replace("HESTBROOK (Meridian) — ", "") + " Schools stay closed until Thursday."
RETOLD = (
    "Some 6,200 residents had to leave their homes after a dyke on the river Arrel gave way on Sunday, according to officials. "
    'Marta Ollenby, 58, who was rescued from her roof by boat after five hours, recalled "a crack like a tree coming down". '
    "Governor Ilse Karrow defended an inspection in March that had found the wall to be sound."
)
OTHER = "A bakery opens in Quarrel Point next week, with bread from three valleys and an oven built by hand."

SMALL = [
    {"id": "wire", "text": WIRE, "date": "2031-03-09", "source": "Meridian Wire"},
    {"id": "print", "text": PRINT, "date": "2031-03-09", "source": "Arrel Valley Post"},
    {"id": "retold", "text": RETOLD, "date": "2031-03-10", "source": "Ravensholt Chronicle"},
    {"id": "other", "text": OTHER, "date": None, "source": None},
]


def corpus(articles: int, seed: int = 1) -> list[dict[str, str]]:
    """Articles of invented words, one in five a copy of an earlier one with a few words changed."""
    draw = random.Random(seed)
    words = ["".join(draw.choice("abcdefghiklmnoprstuvw") for _ in range(draw.randint(3, 9))) for _ in range(6000)]
    made: list[dict[str, str]] = []
    for number in range(articles):
        if made and draw.random() < 0.2:
            text = draw.choice(made)["text"].split()
            for _ in range(draw.randint(0, 4)):
                text[draw.randrange(len(text))] = draw.choice(words)
        else:
            text = [draw.choice(words) for _ in range(draw.randint(60, 160))]
        made.append({"id": f"n{number:05}", "text": " ".join(text)})
    return made
