"""Profiles: the model and its cuts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Profile:
    """A model and its cuts, as ``retold tune`` writes them.

    Parameters
    ----------
    text
        The profile's JSON.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._fields: dict[str, Any] = json.loads(text)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Profile:
        """Reads a profile file."""
        return cls(Path(path).read_text(encoding="utf-8"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes a profile file, for the command line as well."""
        Path(path).write_text(self._text, encoding="utf-8")

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._fields["name"])

    @property
    def cut(self) -> float:
        """A pair is called derived from this score on."""
        return float(self._fields["cut"])

    def with_cut(self, cut: float) -> Profile:
        """The same model with another cut."""
        if not 0 <= cut <= 1:
            raise ValueError("a cut is a number from 0 to 1")
        return Profile(json.dumps({**self._fields, "cut": cut}))

    def to_json(self) -> str:
        """Its text."""
        return self._text

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, cut={self.cut:g})"


def profile_text(profile: Profile | str | os.PathLike[str] | None) -> str | None:
    """The text of a profile, or of a profile file."""
    if profile is None:
        return None
    if isinstance(profile, Profile):
        return profile.to_json()
    return Profile.read(profile).to_json()
