"""Which data sets Geant4 reads: the official ones, or the stand-in that comes with Wayside."""

import hashlib
import io
import lzma
import os
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from wayside.errors import InputError
from wayside.files import whole_folder
from wayside.reading import read_json, reading

Choice = Literal["auto", "official", "stand-in"]
Kind = Literal["official", "stand-in", "unknown"]

VARIABLE: Final = "GEANT4_DATA_DIR"
"""Names the folder to the engine; read when it is first used."""

_DESCRIPTION: Final = "wayside-pack.json"
# A file of each that FTFP_BERT opens, and one that no stand-in known to us has.
_NEEDED: Final = ("G4EMLOW8.8/brem_SB/br26", "G4PARTICLEXS4.2/neutron/inel26")
_OFFICIAL: Final = "PhotonEvaporation6.1.2/z26.a56"


@dataclass(frozen=True)
class DataSets:
    """A folder of data, and how far it can be relied on.

    Attributes
    ----------
    kind
        ``"official"``, ``"stand-in"`` (Wayside's), or ``"unknown"``: neither of them.
    folder
        Folder that Geant4 reads.
    version
        Version of the stand-in, else of Geant4.
    approximations
        What differs from Geant4's own data.
    """

    kind: Kind
    folder: Path
    version: str
    approximations: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """What a result says about them."""
        return {
            "kind": self.kind,
            "version": self.version,
            "approximations": list(self.approximations),
        }


def find(choice: Choice = "auto") -> DataSets:
    """The data sets to use; the stand-in is unpacked if that is it.

    Looked for in the folder that the environment variable ``GEANT4_DATA_DIR`` names and, without
    it, where ``python -m calzone download`` puts them.

    Parameters
    ----------
    choice
        ``"auto"`` takes what is installed, else the stand-in.

    Raises
    ------
    InputError
        If the official data are asked for and not there, or the variable names a folder
        without data.
    """
    if choice == "stand-in":
        return _described(unpack())
    folder = _installed_folder()
    present = installed()
    if choice == "official":
        if present is None or present.kind != "official":
            raise InputError(
                f'geant4.data = "official": no such data in {folder};'
                " `python -m calzone download` fetches them"
            )
        return present
    check_variable()
    return present or _described(unpack())


def check_variable() -> None:
    """Refuse an environment variable that names a folder without data.

    Raises
    ------
    InputError
        What `find` raises without asking for the stand-in.
    """
    if os.environ.get(VARIABLE) and installed() is None:
        raise InputError(f"{VARIABLE} = {_installed_folder()}: no Geant4 11.4 data there")


def installed() -> DataSets | None:
    """Data that are there already, None if the stand-in is what would be used."""
    folder = _installed_folder()
    return _described(folder) if _complete(folder) else None


def _installed_folder() -> Path:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else _home() / ".local/share/calzone/data"


def cache_folder() -> Path:
    """Where the stand-in is kept: ``XDG_CACHE_HOME``, or the platform's cache folder."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    if chosen:
        return Path(chosen) / "wayside"
    mac = sys.platform == "darwin"
    return _home() / ("Library/Caches" if mac else ".cache") / "wayside"


def _home() -> Path:
    """Home of the user; the folder for temporary files where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def unpack(cache: Path | None = None) -> Path:
    """Folder of the stand-in, unpacked whole or not at all on first use.

    Raises
    ------
    OutputError
        If the cache cannot be written.
    """
    archive = resources.files("wayside.data").joinpath("geant4_standin.tar.xz").read_bytes()
    digest = hashlib.sha256(archive).hexdigest()[:12]
    place = (cache or cache_folder()) / f"geant4-standin-{digest}"
    if place.is_dir():
        return place
    with (
        reading(Path("geant4_standin.tar.xz"), "archive"),
        whole_folder(place) as part,
        lzma.open(io.BytesIO(archive)) as plain,
        tarfile.open(fileobj=plain) as tar,
    ):
        tar.extractall(part, filter="data")
    return place


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _NEEDED)


def _described(folder: Path) -> DataSets:
    description = folder / _DESCRIPTION
    if description.is_file():
        about = read_json(description)
        with reading(description, "JSON"):
            return DataSets("stand-in", folder, about["version"], tuple(about["approximations"]))
    if (folder / _OFFICIAL).is_file():
        return DataSets("official", folder, "Geant4 11.4")
    return DataSets(
        "unknown", folder, "unknown", ("data of unknown origin: neither official nor Wayside's",)
    )
