"""``wayside doctor``: what a result depends on besides the scenario."""

import importlib.metadata
import platform
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap

import click

from wayside.cli.common import json_option, table_text
from wayside.errors import InputError
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
    from wayside.compiled import cache_folder

    kept = cache_folder()
    cache = None if kept is None else str(kept)
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
        known = [row for table in tables for row in _rows_of_table(table)]
        click.echo(table_text(heads, known))
        click.echo("\nGeant4 " + (geant4["version"] or "missing: pip install wayside[simulation]"))
        folder = f", {geant4['folder']}" if geant4["folder"] else ""
        click.echo(f"  data: {geant4['data']}{folder}")
        click.echo("\nCompiled code is kept in")
        click.echo(f"  {cache}" if cache else "  no folder: set NUMBA_CACHE_DIR to a writable one")
    if missing:
        click.echo(f"wayside: missing: {', '.join(missing)}", err=True)
        click.get_current_context().exit(1)


_COLUMNS = ("name", "version", "origin")
_LONGEST = 18
"""Characters of a line of the column of versions."""


def _rows_of_table(table: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Rows of one data table: its version is whole, in several lines if it is long."""
    first, *more = wrap(table["version"], _LONGEST) or [""]
    yield table["name"], first, table["origin"]
    for part in more:
        yield "", f"  {part}", ""


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
    from wayside.transport.datasets import cache_folder, check_variable, installed

    try:
        version = f"11.4 (calzone {importlib.metadata.version('calzone')})"
    except importlib.metadata.PackageNotFoundError:
        version = None
    try:
        check_variable()
    except InputError as error:  # what `simulate` will say
        return {"version": version, "data": str(error), "folder": None}
    data = installed()
    if data is None:
        return {"version": version, "data": "stand-in", "folder": f"unpacked in {cache_folder()}"}
    return {"version": version, "data": data.kind, "folder": str(data.folder)}
