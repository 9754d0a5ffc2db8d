"""``trials.json``: every design that was computed, so that a run that was killed goes on."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from wayside.designing.evaluation import Trial, trial
from wayside.designing.plan import Plan
from wayside.errors import InputError
from wayside.files import printable, write_text
from wayside.reading import reading
from wayside.scanning.record import differences

NAME: Final = "trials.json"

Key = tuple[tuple[str, float], ...]
"""Values of a design by key, in the order of the keys."""


def key_of(values: Mapping[str, float]) -> Key:
    """Values of a design as a key of a mapping."""
    return tuple(sorted((name, float(value)) for name, value in values.items()))


def read_journal(plan: Plan, folder: Path) -> dict[Key, Trial]:
    """Designs that a folder holds.

    Parameters
    ----------
    plan
        What is to be run.
    folder
        The folder.

    Raises
    ------
    InputError
        If the file is damaged, or of other inputs.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    with reading(path, "the trials of a design"):
        plain = json.loads(path.read_bytes())
        there, digest = plain["inputs"], plain["inputs_sha256"]
        trials = [trial(row) for row in plain["trials"]]
    if digest != plan.digest:
        names = differences(there, plan.inputs)
        words = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "") or "their hash"
        raise InputError(f"{printable(folder)}: a design of other inputs ({words})")
    return {key_of(row.values): row for row in trials}


def write_journal(plan: Plan, folder: Path, trials: Iterable[Trial]) -> None:
    """Write the file, whole.

    Parameters
    ----------
    plan
        What is run.
    folder
        The folder.
    trials
        Designs that were computed.
    """
    content: dict[str, Any] = {
        "inputs": plan.inputs,
        "inputs_sha256": plan.digest,
        "trials": [trial.plain() for trial in trials],
    }
    write_text(folder / NAME, json.dumps(content, allow_nan=False) + "\n")
