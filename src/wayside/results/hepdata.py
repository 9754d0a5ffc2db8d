"""A submission to HEPData: YAML files of tables with units, uncertainties and keywords.

The format is that of https://hepdata-submission.readthedocs.io. Which tables a result has is said
in `wayside.results.hepdata_tables`.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.files import write_files
from wayside.results.provenance import PROVENANCE
from wayside.results.saving import Saved
from wayside.version import __version__

SUBMISSION: Final = "submission.yaml"
FOLDER: Final = "submission"
ARCHIVE: Final = "submission.zip"
"""What is uploaded."""

LICENCE: Final = {
    "name": "CC0 1.0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    "description": "Licence that HEPData asks for; another one can be put in its place.",
}

RESOURCES: Final = {
    PROVENANCE: "All inputs, versions, and hashes of tables and files: `wayside rerun` recomputes.",
    "workspace.json": "The counting experiment as a HistFactory workspace for pyhf.",
}
"""Files of a result that go with the tables, if it has them."""

_LONGEST: Final = 64
"""Characters of the name of a table."""

Values = Sequence[Any] | np.ndarray[Any, Any]


class Column(NamedTuple):
    """A variable of a table.

    Attributes
    ----------
    name
        What it is.
    values
        Numbers or text, one a row; numbers that are not finite are no values.
    units
        Empty for text and pure numbers.
    errors
        Symmetric standard errors by label, one a row.
    qualifiers
        What holds for the whole column: text by name.
    """

    name: str
    values: Values
    units: str = ""
    errors: Mapping[str, Values] = {}
    qualifiers: Mapping[str, str] = {}


class Table(NamedTuple):
    """A table of a submission.

    Attributes
    ----------
    name
        At most 64 characters, one of its own in a submission.
    description
        What it holds.
    independent, dependent
        Columns.
    observables
        Keywords of HEPData, such as ``"N"`` for numbers of events.
    """

    name: str
    description: str
    independent: Sequence[Column]
    dependent: Sequence[Column]
    observables: Sequence[str] = ()


class About(NamedTuple):
    """What holds for all tables of a submission.

    Attributes
    ----------
    comment
        What the submission is.
    reactions
        Reactions in the notation of HEPData.
    sqrt_s
        Centre-of-mass energy in GeV.
    phrases
        Keywords.
    """

    comment: str
    reactions: Sequence[str]
    sqrt_s: float
    phrases: Sequence[str]


def submission_files(
    about: About, tables: Sequence[Table], resources: Mapping[str, bytes]
) -> dict[str, bytes | str]:
    """Contents of a submission by file name.

    Parameters
    ----------
    about
        What holds for all tables.
    tables
        The tables.
    resources
        Contents of files of `RESOURCES` by name.

    Raises
    ------
    InputError
        If PyYAML is not installed.
    """
    try:
        import yaml
    except ModuleNotFoundError:
        raise InputError('PyYAML is not installed: pip install "wayside[hepdata]"') from None
    files: dict[str, bytes | str] = {}
    documents: list[dict[str, Any]] = [_head(about, resources)]
    for number, table in enumerate(tables, start=1):
        name = f"table{number}.yaml"
        documents.append(_entry(about, table, name))
        files[name] = yaml.safe_dump(_data(table), sort_keys=False, allow_unicode=True)
    text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, explicit_start=True)
    return {SUBMISSION: text, **files, **resources}


def export_hepdata(result: Saved, folder: Path | str, out: Path | str) -> list[Path]:
    """Write a submission to HEPData.

    Parameters
    ----------
    result
        A result that was saved, see `wayside.load_result`.
    folder
        Where it was saved; its provenance and workspace go with the tables.
    out
        Where the submission goes; made if it is not there.

    Returns
    -------
    list of Path
        The files: ``submission.yaml``, tables and resources in a folder ``submission``, and
        ``submission.zip`` with all of them.

    Raises
    ------
    InputError
        If this kind of result has no tables for HEPData, or PyYAML is not installed.
    OutputError
        If something cannot be written.
    """
    from wayside.results.hepdata_tables import about_of, tables_of

    # First of all: kinds of results without tables end here.
    tables = tables_of(result)
    paths = {name: Path(folder) / name for name in RESOURCES}
    resources = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    contents = submission_files(about_of(result), tables, resources)
    # HEPData takes no file in the folder that the submission does not name.
    written = write_files(Path(out) / FOLDER, contents)
    return written + write_files(Path(out), {ARCHIVE: _archive(contents)})


def _head(about: About, resources: Mapping[str, bytes]) -> dict[str, Any]:
    listed = [{"location": name, "description": RESOURCES[name]} for name in resources]
    head: dict[str, Any] = {
        "comment": f"{about.comment} Computed by Wayside {__version__}.",
        "data_license": dict(LICENCE),
    }
    return {**head, "additional_resources": listed} if listed else head


def _entry(about: About, table: Table, file: str) -> dict[str, Any]:
    keywords = {
        "reactions": list(about.reactions),
        "observables": list(table.observables),
        "cmenergies": [about.sqrt_s],
        "phrases": list(about.phrases),
    }
    return {
        "name": table.name[:_LONGEST],
        "location": "Computed, in no figure or table of a publication",
        "description": table.description,
        "keywords": [{"name": name, "values": values} for name, values in keywords.items()],
        "data_file": file,
    }


def _data(table: Table) -> dict[str, Any]:
    return {
        "independent_variables": [
            {"header": _header(column), "values": [{"value": x} for x in _plain(column.values)]}
            for column in table.independent
        ],
        "dependent_variables": [_dependent(column) for column in table.dependent],
    }


def _dependent(column: Column) -> dict[str, Any]:
    errors = {label: _plain(values) for label, values in column.errors.items()}
    values = []
    for row, value in enumerate(_plain(column.values)):
        listed = [
            {"symerror": by_row[row], "label": label}
            for label, by_row in errors.items()
            if value is not None and by_row[row] is not None
        ]
        entry = {"value": "-" if value is None else value}
        # HEPData refuses a value whose errors are all zero.
        known = any(listed_value["symerror"] for listed_value in listed)
        values.append({**entry, "errors": listed} if known else entry)
    qualifiers = [{"name": name, "value": text} for name, text in column.qualifiers.items()]
    return {"header": _header(column), "qualifiers": qualifiers, "values": values}


def _header(column: Column) -> dict[str, str]:
    return {"name": column.name, "units": column.units} if column.units else {"name": column.name}


def _plain(values: Values) -> list[Any]:
    """Plain values, None for numbers that are not finite."""
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return [None if isinstance(x, float) and not np.isfinite(x) else x for x in listed]


def _archive(contents: Mapping[str, bytes | str]) -> bytes:
    """A zip archive; equal bytes for equal contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            # The date of an entry made like this is that of 1980, always.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
