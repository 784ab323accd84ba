"""Tests find the invented texts beside them; where all are asked for, a package that is missing is a failure."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

#: Tests that are skipped for this reason are left to another run.
LONG = "long: set RETOLD_LONG_TESTS=1"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if "RETOLD_ALL_TESTS" not in os.environ:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    missing = [report for report in skipped if LONG not in str(report.longrepr)]
    if missing:
        names = ", ".join(report.nodeid for report in missing)
        reporter.write_line(f"these were to run and did not: {names}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
