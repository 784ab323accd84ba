#!/usr/bin/env python3
"""A corpus of any size with near-duplicates in it, all of it invented.

usage: make_corpus.py DOCUMENTS OUT.jsonl [--seed 1] [--templates SHARE]        (needs numpy)

Words are syllables strung together, drawn by Zipf's law and kept in sentences; stock phrases stand in many texts, and
one text in seven carries the boilerplate of its outlet. One document in five is a copy of another: the same text, words
replaced at a rate of 1 to 25 %, the end cut off, or a passage added. With --templates that share of the documents is
filled from twenty forms: alike to look at, no copies. The same arguments give the same bytes.
"""
import argparse
import json

import numpy

SYLLABLES = (
    "ba be bri do dal e en fa fir ga go hal i in jo ka ken lo lin ma mer na nor o or pa pel ra ros sa sen "
    "ta tor u ul va vin wa wes ya zor"
).split()
WORDS = 60_000
MEDIAN_WORDS = 350
CHUNK_DOCUMENTS = 5_000


class Language:
    def __init__(self, random):
        self.random = random
        # Frequent words are short.
        longest = 1 + numpy.minimum(3, numpy.log10(1 + numpy.arange(WORDS)).astype(int))
        strings = ("".join(random.choice(SYLLABLES, size)) for size in longest)
        self.words = numpy.array([word + str(number % 7) * (number % 97 == 0) for number, word in enumerate(strings)], dtype=object)
        weights = 1 / (numpy.arange(WORDS) + 2.7)
        self.shares = numpy.cumsum(weights / weights.sum())
        self.phrases = [self.draw(int(random.integers(6, 12))) for _ in range(400)]
        self.boilerplate = [self.sentences(self.draw(30)) for _ in range(40)]
        self.forms = [self.draw(160) for _ in range(20)]

    def draw(self, count):
        places = numpy.searchsorted(self.shares, self.random.random(count))
        return self.words[numpy.minimum(places, WORDS - 1)]

    def text(self):
        count = int(numpy.clip(numpy.exp(self.random.normal(numpy.log(MEDIAN_WORDS), 0.7)), 20, 8_000))
        words = self.draw(count)
        for at in self.random.integers(0, count, count // 60):
            phrase = self.phrases[self.random.integers(len(self.phrases))][: count - at]
            words[at : at + len(phrase)] = phrase
        return words

    def filled_form(self):
        words = self.forms[self.random.integers(len(self.forms))].copy()
        words[self.random.integers(0, len(words), 18)] = self.draw(18)
        return words

    def copy(self, words):
        kind = self.random.random()
        if kind < 0.2:
            return words
        if kind < 0.35:
            return words[: max(20, int(len(words) * self.random.uniform(0.5, 0.95)))]
        if kind < 0.5:
            return numpy.concatenate([words, self.draw(max(5, int(len(words) * self.random.uniform(0.05, 0.5))))])
        changed = words.copy()
        places = self.random.random(len(words)) < self.random.choice([0.01, 0.02, 0.04, 0.08, 0.15, 0.25])
        changed[places] = self.draw(int(places.sum()))
        return changed

    def sentences(self, words):
        marks = numpy.array([" "] * 16 + [", ", ". "], dtype=object)[self.random.integers(0, 18, len(words))]
        out, begins = [], True
        for word, mark in zip(words, marks):
            out.append(word.capitalize() if begins else word)
            out.append(mark)
            begins = mark == ". "
        return "".join(out).strip(", .") + "."


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("documents", type=int)
    options.add_argument("out")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--templates", type=float, default=0.0)
    options = options.parse_args()
    random = numpy.random.default_rng(options.seed)
    language = Language(random)
    with open(options.out, "w", encoding="utf-8") as lines:
        for first in range(0, options.documents, CHUNK_DOCUMENTS):
            originals, chunk = [], []
            while len(chunk) < min(CHUNK_DOCUMENTS, options.documents - first):
                if random.random() < options.templates:
                    words = language.filled_form()
                elif originals and random.random() < 0.2:
                    words = language.copy(originals[random.integers(len(originals))])
                else:
                    words = language.text()
                    originals.append(words)
                text = language.sentences(words)
                if random.random() < 1 / 7:
                    text += "\n\n" + language.boilerplate[random.integers(len(language.boilerplate))]
                chunk.append(text)
            random.shuffle(chunk)
            for number, text in enumerate(chunk, first):
                lines.write(json.dumps({"id": f"d{number:09}", "text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
