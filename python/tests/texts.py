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


#: One story in two languages.
ENGLISH = (
    "NORDHAVN — Mayor Petra Hansen told the council on 14 March that the Orrin bridge would stay closed "
    "for 23 weeks, after divers found cracks in 3 of its 11 piers. Repairs will cost 1,250,000 crowns, "
    "said Ivan Kovalenko of Lowmark Engineering, who led the inspection.\n\n"
    "In Hestbrook, 340 families wait for the ferry Aurora, which Captain Olga Smirnova has steered since "
    "1998. She promised 16 crossings a day instead of 9, and a night boat from 1 April.\n\n"
    "The minister Karel Dvorak offered 2.5 million in Dunmere on Tuesday. Opposition leader Martin Okafor "
    "called that too little: in 2012, he said, the Vellin tunnel had swallowed 40 million within 18 "
    "months. The Straits Hospital has moved 27 patients to Port Ambry.\n\n"
    "Trucks of more than 12 tonnes must drive around Lake Senn, a way of 86 kilometres. The haulier "
    "Brandt & Sons counts on losses of 75,000 crowns a week."
)
GERMAN = (
    "NORDHAVN — Bürgermeisterin Petra Hansen sagte dem Rat am 14. März, die Orrin-Brücke bleibe 23 Wochen "
    "gesperrt, nachdem Taucher Risse in 3 der 11 Pfeiler gefunden hatten. Die Reparatur werde 1.250.000 "
    "Kronen kosten, erklärte Iwan Kowalenko von Lowmark Engineering, der die Prüfung leitete.\n\n"
    "In Hestbrook warten 340 Familien auf die Fähre Aurora, die Kapitänin Olga Smirnowa seit 1998 "
    "steuert. Sie versprach 16 Fahrten am Tag statt 9 und ein Nachtboot vom 1. April an.\n\n"
    "Minister Karel Dvorak bot am Dienstag in Dunmere 2,5 Millionen an. Oppositionsführer Martin Okafor "
    "nannte das zu wenig: 2012 habe der Vellin-Tunnel binnen 18 Monaten 40 Millionen verschlungen, sagte "
    "er. Das Straits Hospital hat 27 Patienten nach Port Ambry verlegt.\n\n"
    "Lastwagen von mehr als 12 Tonnen müssen um den Senn-See fahren, ein Weg von 86 Kilometern. Die "
    "Spedition Brandt & Söhne rechnet mit Verlusten von 75.000 Kronen in der Woche."
)


def printings() -> list[dict[str, str | None]]:
    """What the order and the dates of articles might decide: printings of one text, a chain of near-copies, a translation."""
    words = [f"word{number}" for number in range(130)]
    chain = [" ".join([*[f"new{number}" for number in range(8 * at)], *words[8 * at :]]) for at in range(5)]
    rows = [(f"chain{at}", text, f"2031-04-0{9 - at}") for at, text in enumerate(chain)]
    rows += [("late", WIRE, "2031-05-02"), ("undated", WIRE, None), ("early", WIRE, "2031-03-01"), ("again", PRINT, "2031-03-01")]
    rows += [("english", ENGLISH, "2031-06-01"), ("german", GERMAN, "2031-06-02"), ("german again", GERMAN, "2031-06-01")]
    return [{"id": id, "text": text, "date": date} for id, text, date in rows]


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
