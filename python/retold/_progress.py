"""Progress bars, and callbacks in their place."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Union

#: ``True`` for a bar by tqdm, or a function of the stage, how much of it is done, and how much there is (``None``: unknown).
Progress = Union[bool, Callable[[str, int, "int | None"], object]]


@contextmanager
def watched(progress: Progress) -> Generator[Callable[[str, int, int | None], object] | None, None, None]:
    """What the engine calls while it works."""
    if progress is False:
        yield None
        return
    if progress is not True:
        yield progress
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._tqdm: Any = tqdm
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = self._tqdm(desc=stage, total=total, leave=False)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
