"""Finds copied, syndicated and rewritten articles, says which came from which, and shows the passages that prove it.

========================  ==============================================================
to                        call
========================  ==============================================================
judge two texts           :func:`compare`
find all related pairs    :func:`scan`
mark duplicates           :func:`dedup`
keep an archive on disk   :class:`Index`
fit a profile to labels   :func:`tune`
read articles from files  :func:`read`
the same on Spark         :mod:`retold.spark`
========================  ==============================================================

What is left out of a run (rows without an id, empty texts, repeated ids) goes to the logger ``retold``.
"""

from retold._archive import Index
from retold._data import DataLike
from retold._jobs import compare, dedup, read, scan, tune
from retold._profile import Profile
from retold._results import Family, Pair, Scan, Table
from retold._retold import (
    IndexError,
    InputError,
    ProfileError,
    RetoldError,
    SettingsError,
    __version__,
)

__all__ = [
    "DataLike",
    "Family",
    "Index",
    "IndexError",
    "InputError",
    "Pair",
    "Profile",
    "ProfileError",
    "RetoldError",
    "Scan",
    "SettingsError",
    "Table",
    "__version__",
    "compare",
    "dedup",
    "read",
    "scan",
    "tune",
]
