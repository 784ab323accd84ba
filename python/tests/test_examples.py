"""The examples run."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_a_dataset_keeps_one_of_each() -> None:
    pytest.importorskip("datasets")
    kept = runpy.run_path(str(EXAMPLES / "datasets_dedup.py"))["main"]()
    assert sorted(kept["id"]) == ["bakery", "post"]


def test_a_step_of_a_pipeline_keeps_one_of_each() -> None:
    pytest.importorskip("datatrove")
    kept = runpy.run_path(str(EXAMPLES / "datatrove_step.py"))["main"]()
    assert {document.id: document.metadata["copies"] for document in kept} == {"post": 2, "bakery": 1}


def test_a_cut_is_found() -> None:
    accuracy, _ = runpy.run_path(str(EXAMPLES / "threshold_search.py"))["main"]()
    assert accuracy == 1.0


def test_the_notebook_shows_a_family() -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(EXAMPLES / "pandas.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    shown = [output["data"].get("text/html", "") for cell in notebook.cells[1:] for output in cell["outputs"]]
    assert "2 articles" in shown[0] and "<mark" in shown[1] and "wire" in shown[2]
