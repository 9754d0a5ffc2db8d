"""How the tables are made: fences become gaps or ends, and the headers say what is inside."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from wayside.data import read_table

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_limit_tables.py"
NAMES = ("babar_visible", "babar_invisible", "babar_invisible_likelihood", "lep_model_independent")


@pytest.mark.parametrize("name", NAMES)
def test_headers(name):
    table = read_table(name)
    for key in ("title", "origin", "via", "licence", "units", "date", "version"):
        assert table.header[key]
    assert "arXiv:" in table.header["origin"]


def test_fences_and_calibration(tmp_path, monkeypatch):
    raw = {
        "visible": "0.02 1e5\n0.03 1e-3\n0.04 2e-3\n0.041 1e5\n0.042 1e5\n0.05 1e5\n"
        "0.06 3e-3\n0.06 1e5\n",
        "contour": "1.00001 1e-3\n2.00003 2e-3\n2.00003 1e-2\n2.00003 1e-2\n",
        "likelihood": "#mass central error\n0 -0.3 0.6\n1 0.1 0.5\n",
        "lep": "0.1\t0.02\n10\t0.03",
    }
    arguments = [str(SCRIPT), "--out", str(tmp_path), "--date", "2020-01-01"]
    for key, text in raw.items():
        (tmp_path / key).write_text(text, encoding="utf-8")
        arguments += [f"--{key}", str(tmp_path / key)]
    monkeypatch.setattr(sys, "argv", arguments)
    names = runpy.run_path(str(SCRIPT), run_name="__main__")

    def rows(name):
        text = (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        body = [line for line in text.splitlines() if not line.startswith("#")]
        return np.array([[float(x) for x in line.split(",")] for line in body[1:]])

    visible = rows("babar_visible")
    np.testing.assert_allclose(visible[:, 1], [0.03, 0.04, 0.041, 0.05, 0.06])
    np.testing.assert_allclose(visible[:, 2], [1e-3, 2e-3, np.nan, np.nan, 3e-3])
    np.testing.assert_allclose(rows("babar_invisible"), [[1, 1e-3], [2, 2e-3]])
    assert rows("babar_invisible_likelihood").shape == (2, 3)
    assert rows("lep_model_independent").shape == (2, 2)

    # Two numbers place all fourteen known edges within 3.5e-4, which two wrong ones would not.
    a, b, rms = names["stretch"](names["VISIBLE_ANCHORS"])
    found, true = np.log(names["VISIBLE_ANCHORS"]).T
    assert np.abs(found - a - b * true).max() < 3.5e-4
    assert rms < 2e-4
    # The table in the package was made with them: six digits of mass.
    table = read_table("babar_visible")
    np.testing.assert_allclose(
        np.log(table["mass_as_found_gev"]), a + b * np.log(table["mass_gev"]), atol=5e-6
    )
