"""Where scenarios come from: the built-in ones by name, others from TOML files."""

import copy
import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wayside.errors import InputError
from wayside.scenario import overrides as changes
from wayside.scenario.problems import nearest, show
from wayside.scenario.schema import Scenario
from wayside.scenario.sections import LONGEST_LINE


@cache
def _texts() -> dict[str, str]:
    folder = files("wayside.scenario") / "builtin"
    texts = {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted(texts.items()))


def builtin_names() -> tuple[str, ...]:
    """Names of the built-in scenarios, in alphabetical order."""
    return tuple(_texts())


def builtin_text(name: str) -> str:
    """TOML text of a built-in scenario, a start for an own one.

    Parameters
    ----------
    name
        One of `builtin_names`.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in _texts():
        raise InputError(_unknown(name, "no built-in scenario"))
    return _texts()[name]


def load_scenario(
    name_or_path: str | os.PathLike[str],
    overrides: Mapping[str, object] | Sequence[str] = (),
) -> Scenario:
    """Load a scenario, set values in it, and check the result.

    Parameters
    ----------
    name_or_path
        Name of a built-in scenario, or path of a TOML file; a name wins over a file.
    overrides
        Values by dotted key, or ``"key=value"`` strings as for ``--set``; see
        `Scenario.with_values`.

    Returns
    -------
    Scenario
        Frozen, in base units (GeV, m, rad, fb^-1).

    Raises
    ------
    InputError
        If it cannot be read or is not allowed; one line.

    Examples
    --------
    >>> scenario = load_scenario("belle2-forward", ["run.luminosity_fb=1 ab^-1"])
    >>> scenario.run.luminosity_fb, scenario.sqrt_s, list(scenario.detectors)
    (1000.0, 10.58, ['A', 'B'])
    """
    return Scenario.from_dict(changes.apply(scenario_data(name_or_path), overrides))


def scenario_data(name_or_path: str | os.PathLike[str]) -> dict[str, Any]:
    """Sections and keys of a scenario as they were written, unchecked, with its name.

    Parameters
    ----------
    name_or_path
        As for `load_scenario`.

    Raises
    ------
    InputError
        If it cannot be read, or is not TOML.
    """
    if isinstance(name_or_path, str) and name_or_path in _texts():
        data = _parsed(_texts()[name_or_path], name_or_path)
        data.setdefault("name", name_or_path)
    else:
        path = Path(name_or_path)
        data = _parsed(_file_text(path), str(path))
        data.setdefault("name", _name_from(path))
    return data


def _name_from(path: Path) -> str:
    """Name of a scenario that has none of its own: its file's, with what a name cannot hold."""
    letters = os.fsencode(path.stem).decode(errors="replace")[:LONGEST_LINE]
    return "".join(letter if letter.isprintable() else "?" for letter in letters)


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        return copy.deepcopy(_loaded(text))
    except RecursionError:
        raise InputError(f"{_plain(source)}: not valid TOML: nested too deeply") from None
    except ValueError as error:  # besides broken TOML, integers of thousands of digits
        reason = " ".join(str(error).split())
        raise InputError(f"{_plain(source)}: not valid TOML: {reason}") from None


@lru_cache(16)
def _loaded(text: str) -> dict[str, Any]:
    """What a text says, read once: the explorer asks for the same with every move."""
    return tomllib.loads(text)


def _file_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise InputError(_unknown(str(path), "no file and no built-in scenario")) from None
    except IsADirectoryError:
        raise InputError(f"{_plain(str(path))}: a folder, not a scenario file") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{_plain(str(path))}: cannot be read: {reason}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{_plain(str(path))}: not valid TOML: not UTF-8 at byte {error.start}"
        ) from None


def _unknown(name: str, what: str) -> str:
    near = nearest(name, _texts())
    hint = f'did you mean "{near}"? ' if near else ""
    return f"{what} {show(name)}; {hint}built in: {', '.join(_texts())}"


def _plain(path: str) -> str:
    return path if path.isprintable() else show(path)
