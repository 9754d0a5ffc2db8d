"""``wayside doctor``: what a result depends on besides the scenario."""

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from wayside.cli.common import json_option, table_text
from wayside.errors import OutputError
from wayside.files import check_output_folder
from wayside.text import json_text
from wayside.version import __version__


@click.command("doctor")
@json_option
def command(as_json: bool) -> None:
    """Print versions, data tables, and whether compiled code can be kept.

    Exits 1 if a package that Wayside needs is missing.
    """
    packages = _packages()
    tables = list(_tables())
    cache = _compiled_code_folder()
    geant4 = _geant4()
    missing = [name for name, version in packages.items() if version is None]
    if as_json:
        report = {
            "wayside": __version__,
            "python": platform.python_version(),
            "packages": packages,
            "data": tables,
            "geant4": geant4,
            "numba_cache": {"folder": cache, "writable": cache is not None},
        }
        click.echo(json_text(report))
    else:
        rows = [("wayside", __version__), ("python", platform.python_version())]
        rows += [(name, version or "missing") for name, version in packages.items()]
        click.echo(table_text(("package", "version"), rows))
        click.echo()
        heads = ("data table", "version", "origin")
        click.echo(table_text(heads, [tuple(table[k] for k in _COLUMNS) for table in tables]))
        click.echo("\nGeant4 " + (geant4["version"] or "missing: pip install wayside[simulation]"))
        click.echo(f"  data: {geant4['data']}, {geant4['folder']}")
        click.echo("\nCompiled code is kept in")
        click.echo(f"  {cache}" if cache else "  no folder: set NUMBA_CACHE_DIR to a writable one")
    if missing:
        click.echo(f"wayside: missing: {', '.join(missing)}", err=True)
        click.get_current_context().exit(1)


_COLUMNS = ("name", "version", "origin")


def _packages() -> dict[str, str | None]:
    """Versions of the packages that Wayside's own metadata requires, None where missing."""
    versions: dict[str, str | None] = {}
    for requirement in importlib.metadata.requires("wayside") or ():
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        if match is None or "extra ==" in requirement:
            continue
        try:
            versions[match[0]] = importlib.metadata.version(match[0])
        except importlib.metadata.PackageNotFoundError:
            versions[match[0]] = None
    return versions


def _tables() -> Iterator[dict[str, str]]:
    from wayside.data import read_table, table_names

    for name in table_names():
        header = read_table(name).header
        yield {"name": name, **{key: header.get(key, "") for key in _COLUMNS[1:]}}


def _geant4() -> dict[str, str | None]:
    """Version of calzone, and which data sets Geant4 would read; nothing is unpacked for it."""
    from wayside.transport.datasets import cache_folder, installed

    try:
        version = f"11.4 (calzone {importlib.metadata.version('calzone')})"
    except importlib.metadata.PackageNotFoundError:
        version = None
    data = installed()
    if data is None:
        return {"version": version, "data": "stand-in", "folder": f"unpacked in {cache_folder()}"}
    return {"version": version, "data": data.kind, "folder": str(data.folder)}


def _compiled_code_folder() -> str | None:
    """Find where numba keeps compiled code: the places it tries, in its order."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        places = [Path(chosen)]
    else:
        package = Path(__file__).parent.parent
        user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        if sys.platform == "darwin":
            user = Path.home() / "Library" / "Caches"
        places = [package / "__pycache__", user / "numba"]
    for place in places:
        try:
            check_output_folder(place)
        except OutputError:
            continue
        return str(place)
    return None
