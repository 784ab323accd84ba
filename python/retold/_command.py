"""The command ``retold``, carried in the wheel."""

from __future__ import annotations

import os
import sys

from retold import _retold


def main() -> None:
    """Runs the command line and ends with its exit status."""
    status = _retold.main(["retold", *sys.argv[1:]])
    sys.stdout.flush()
    sys.stderr.flush()
    # a run that was interrupted while it waited for input may still wait: it goes with the process
    os._exit(status)
