"""A saved result computed anew, and whether its files are the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wayside.errors import InputError
from wayside.files import printable
from wayside.results.kinds import result_class
from wayside.results.provenance import (
    FILE,
    PROVENANCE,
    Provenance,
    environment,
    hashes,
    read_provenance,
    table_hashes,
)
from wayside.results.saving import Progress
from wayside.scenario import Scenario
from wayside.scenario.input_files import file_hash

Verdict = Literal["same", "differs", "missing", "new"]


class Rerun(NamedTuple):
    """What became of a result that was computed anew.

    Attributes
    ----------
    folder
        Where the new files are.
    verdicts
        By name of the file: ``"same"``, ``"differs"``, or it is ``"missing"`` or ``"new"`` here.
    changed
        What is not as it was, one line each: versions of packages, tables of Wayside.
    """

    folder: Path
    verdicts: dict[str, Verdict]
    changed: list[str]

    @property
    def same(self) -> bool:
        """Whether all files have the same bytes."""
        return all(verdict == "same" for verdict in self.verdicts.values())


def rerun(folder: Path | str, out: Path | str, progress: Progress | None = None) -> Rerun:
    """Compute a saved result anew from its ``provenance.json``.

    Parameters
    ----------
    folder
        A saved result.
    out
        Where the new files go; another folder.
    progress
        Called with a line of text before every step.

    Returns
    -------
    Rerun
        The files, compared with those of before by what ``provenance.json`` says of them.

    Raises
    ------
    InputError
        If there is no result, if an input file has changed or is not there, or if both folders are
        the same.
    """
    before = read_provenance(Path(folder))
    target = Path(out)
    if target.absolute() == Path(folder).absolute():
        raise InputError(f"{printable(target)}: the result itself; give another folder")
    _require_inputs(before, Path(folder))
    options = {
        name: str(Path(folder) / value) if name.endswith(FILE) else value
        for name, value in before.inputs.items()
        if name != "scenario"
    }
    scenario = Scenario.from_dict(before.inputs["scenario"])
    result = result_class(before.kind).compute(scenario, options, progress)
    options = figure_options(before.figures.options)
    written = result.save(target, progress, formats=before.figures.formats, **options)
    return Rerun(target, _verdicts(before, target, written), _changed(before))


def figure_options(plain: Any) -> dict[str, Any]:
    """Options of figures from plain values."""
    if "look" not in plain:
        return dict(plain)
    from wayside.plotting.look import Look

    look = dict(plain["look"])
    style = look.get("style")
    look |= {name: tuple(look[name]) for name in ("hide", "limits")}
    look["style"] = None if style is None else Path(style)
    return {**plain, "look": Look(**look)}


def _require_inputs(before: Provenance, folder: Path) -> None:
    """Refuse files that are not what they were: the result would be another one."""
    for name, file in before.input_files.items():
        path = folder / file["path"] if name.endswith(FILE) else Path(file["path"])
        if not path.is_file():
            raise InputError(f"{name} = {printable(path)}: no such file")
        if file_hash(path) != file["sha256"]:
            raise InputError(f"{name} = {printable(path)}: is not the file that the result is of")


def _verdicts(before: Provenance, folder: Path, written: Iterable[Path]) -> dict[str, Verdict]:
    now = hashes(folder, (path for path in written if path.name != PROVENANCE))
    verdicts: dict[str, Verdict] = {}
    for name in dict.fromkeys((*before.files, *now)):
        if name not in before.files:
            verdicts[name] = "new"
        elif name not in now:
            verdicts[name] = "missing"
        else:
            verdicts[name] = "same" if now[name] == before.files[name] else "differs"
    return verdicts


def _changed(before: Provenance) -> list[str]:
    now = environment()
    lines = [
        f"{name} {before.environment.get(name, 'unknown')} then, {value} now"
        for name, value in now.items()
        if before.environment.get(name) != value
    ]
    tables = table_hashes()
    lines += [
        f"table {name} has changed"
        for name in dict.fromkeys((*before.tables, *tables))
        if before.tables.get(name) != tables.get(name)
    ]
    return lines
