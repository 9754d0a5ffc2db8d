"""Files that a scenario names: results depend on what is in them."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_KEYS: Final = (("model", "file"), ("run", "selection"))
"""Keys whose values may be paths."""


def file_hash(path: Path) -> str:
    """SHA-256 of what is in a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def input_files(scenario: Mapping[str, Any]) -> dict[str, Path]:
    """Files that a scenario names, by dotted key; those that are not there are left out.

    Parameters
    ----------
    scenario
        Sections and keys, from `wayside.scenario.Scenario.to_dict`.

    Examples
    --------
    >>> from wayside import load_scenario
    >>> input_files(load_scenario("belle2-forward").to_dict())
    {}
    """
    files = {}
    for section, key in _KEYS:
        value = scenario[section].get(key)
        if isinstance(value, str) and Path(value).is_file():
            files[f"{section}.{key}"] = Path(value)
    return files


def file_hashes(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Hashes of the files that a scenario names, by dotted key.

    Parameters
    ----------
    scenario
        As for `input_files`.
    """
    return {key: file_hash(path) for key, path in input_files(scenario).items()}
