"""Which data are used: found, unpacked whole, and as the generator's checksum says."""

import hashlib
import lzma
import re
from importlib import resources
from pathlib import Path

import pytest

from wayside.errors import InputError
from wayside.transport import datasets


def test_checksum_in_the_documents() -> None:
    folder = resources.files("wayside.data")
    plain = lzma.decompress(folder.joinpath("geant4_standin.tar.xz").read_bytes())
    readme = folder.joinpath("README_geant4.md").read_text()
    written = re.search(r"`([0-9a-f]{64})`", readme)
    assert written
    assert hashlib.sha256(plain).hexdigest() == written[1]


def test_unpacked_once_and_whole(tmp_path: Path) -> None:
    place = datasets.unpack(tmp_path)
    assert datasets.unpack(tmp_path) == place
    assert [p.name for p in tmp_path.iterdir()] == [place.name]
    assert len(list(place.rglob("*.*"))) > 100


def test_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    assert datasets.installed() is None
    found = datasets.find()
    assert found.kind == "stand-in"
    assert len(found.approximations) >= 4
    with pytest.raises(InputError, match="calzone download"):
        datasets.find("official")
    # What the official downloads have and a stand-in has not.
    official = tmp_path / ".local/share/calzone/data"
    for name in (*datasets._NEEDED, datasets._OFFICIAL):
        (official / name).parent.mkdir(parents=True, exist_ok=True)
        (official / name).touch()
    assert datasets.find() == datasets.DataSets("official", official, "Geant4 11.4")
    assert datasets.find("stand-in").kind == "stand-in"
    (official / datasets._OFFICIAL).unlink()
    assert datasets.find().kind == "unknown"
    monkeypatch.setenv(datasets.VARIABLE, str(tmp_path / "empty"))
    with pytest.raises(InputError, match="GEANT4_DATA_DIR"):
        datasets.find()
    monkeypatch.setenv(datasets.VARIABLE, str(found.folder))
    assert datasets.find().kind == "stand-in"


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot be written"):
        datasets.unpack(tmp_path / "file")


def test_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user that the machine does not know, as on batch nodes."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    monkeypatch.setattr(datasets.tempfile, "gettempdir", lambda: str(tmp_path))
    assert datasets.installed() is None
    assert datasets.cache_folder().is_relative_to(tmp_path)
