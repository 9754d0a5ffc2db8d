"""Benchmarks still fit the package that they measure; what they print is asserted nowhere."""

import importlib
import json
import pkgutil
from pathlib import Path

import pytest

import benchmarks
from benchmarks.last_release import PATH, Ratios
from wayside.version import __version__

OPTIONAL = ("playwright", "pyarrow", "calzone")
"""Packages of extras that benchmarks import."""

NAMES = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__, "benchmarks."))


@pytest.mark.parametrize("name", NAMES)
def test_they_can_be_imported(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # The oldest packages are tried without those of extras.
        if str(error.name).partition(".")[0] not in OPTIONAL:
            raise
        pytest.skip(f"{error.name} is of an extra, which is not installed")


def test_ratios_beside_those_of_the_last_release(tmp_path: Path) -> None:
    path = tmp_path / "ratios.json"
    first = Ratios(path)
    assert first.note("a yield", 1234.5) == "-"
    first.keep()
    again = Ratios(path)
    assert again.version == __version__
    assert again.note("a yield", 615.0) == "0.50", "half as fast"
    assert again.note("another", 1.0) == "-"


def test_the_ratios_that_are_stored() -> None:
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    assert stored["ratios"]
    assert all(ratio > 1.0 for ratio in stored["ratios"].values()), "sampling is never faster"
