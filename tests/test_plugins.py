"""Entry points of other packages: read once, and anew when something is installed."""

from importlib import metadata
from pathlib import Path

import pytest

from wayside import plugins

GROUP = "wayside.test-of-plugins"


def install(folder: Path, name: str) -> None:
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}:Model\n")


def test_what_is_installed_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    assert plugins.entry_points(GROUP) == ()
    for names in (["one"], ["one", "two"]):
        install(tmp_path, names[-1])
        entries = plugins.entry_points(GROUP)
        assert sorted(entry.name for entry in entries) == names
        assert {entry.value for entry in entries} == {f"{name}:Model" for name in names}


def test_metadata_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = metadata.entry_points

    def counted(**options: str) -> object:
        asked.append(options)
        return real(**options)

    monkeypatch.setattr(plugins.metadata, "entry_points", counted)
    plugins._read.cache_clear()
    for _ in range(3):
        plugins.entry_points(GROUP)
    assert asked == [{"group": GROUP}]
