"""Compiled dispatch: what is left in numba's index by flights that are gone."""

import sys
from types import ModuleType

from numba.core import caching

import wayside.production.spectrum  # noqa: F401  (makes the index forgiving)


def test_an_index_that_names_a_class_that_is_gone_is_empty(tmp_path, monkeypatch) -> None:
    gone = ModuleType("gone")
    gone.Flight = type("Flight", (), {"__module__": "gone"})
    monkeypatch.setitem(sys.modules, "gone", gone)
    index = caching.IndexDataCacheFile(str(tmp_path), "kernel", (1.0, 2))
    index._save_index({(gone.Flight,): "kernel.1.nbc"})
    assert list(index._load_index().values()) == ["kernel.1.nbc"]
    monkeypatch.delitem(sys.modules, "gone")
    assert index._load_index() == {}
