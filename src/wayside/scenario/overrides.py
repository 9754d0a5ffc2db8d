"""Changes to a scenario by dotted key, from ``--set key=value`` or a mapping."""

import copy
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wayside.collider.presets import BEAM_KEYS
from wayside.errors import InputError
from wayside.scenario.kinds import own_keys
from wayside.scenario.model import PARAMETRISATIONS
from wayside.scenario.problems import dotted, show
from wayside.scenario.quantities import is_number_text

_ALTERNATIVES: Final = [tuple(f"model.{key}" for key in keys) for keys in PARAMETRISATIONS]


def apply(
    data: Mapping[str, object], overrides: Mapping[str, object] | Sequence[str]
) -> dict[str, Any]:
    """Return nested dictionaries with values set; the input stays as it is.

    Parameters of the old kind of model go when another kind is set, and beams when a preset of
    a collider is.

    Parameters
    ----------
    data
        Sections and keys of a scenario.
    overrides
        Values by dotted key (None removes a key), or ``"key=value"`` strings; later ones win.
        An item of a list that is there is set by its number: ``detectors.A.position.2``.

    Raises
    ------
    InputError
        If a key is empty or leads through something that is not a section.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(data))
    if isinstance(overrides, str):
        overrides = (overrides,)
    if isinstance(overrides, Mapping):
        values = dict(overrides)
    else:
        values = dict(parse(text) for text in overrides)
    for key, value in values.items():
        _set(changed, key, value)
    for ours, theirs in (_ALTERNATIVES, _ALTERNATIVES[::-1]):
        if all(key in values for key in ours) and not any(key in values for key in theirs):
            for key in theirs:
                _set(changed, key, None)
    if "model.kind" in values:
        allowed = _keys_of_kind(changed)
        for name in _keys_of_kind(data) - allowed if allowed else ():
            if f"model.{name}" not in values:
                _set(changed, f"model.{name}", None)
    if values.get("collider.preset") is not None:
        for name in BEAM_KEYS:
            if f"collider.{name}" not in values:
                _set(changed, f"collider.{name}", None)
    return changed


def _keys_of_kind(data: Mapping[str, object]) -> set[str]:
    """Keys that the kind of a scenario's model has."""
    model = data.get("model")
    kind = model.get("kind") if isinstance(model, Mapping) else None
    return set(own_keys(kind).get("model", ()))


def parse(text: str) -> tuple[str, object]:
    """Split ``key=value`` and read the value as TOML, else as a bare string.

    Examples
    --------
    >>> parse("detectors.A.position=[1, 0, 7]")
    ('detectors.A.position', [1, 0, 7])
    >>> parse("model.m_aprime=8000 MeV")
    ('model.m_aprime', '8000 MeV')
    """
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not key or not value:
        raise InputError(f"--set {show(text)}: must be KEY=VALUE, such as model.epsilon=1e-4")
    try:
        table = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        table = {}
    if table.keys() == {"value"}:
        return key, table["value"]
    # Spellings of numbers that TOML does not take, such as .5 and 1.e-4.
    return key, float(value) if is_number_text(value) else value


def _set(data: dict[str, Any], key: str, value: object) -> None:
    path = key.split(".")
    if not all(part.strip() for part in path):
        raise InputError(f"{show(key)}: must be a dotted key such as model.epsilon")
    section = data
    for depth, part in enumerate(path[:-1], start=1):
        inner = section.setdefault(part, {})
        if isinstance(inner, list) and depth == len(path) - 1:
            inner[_index(path, inner)] = value
            return
        if not isinstance(inner, dict):
            raise InputError(f"{dotted(path)}: {dotted(path[:depth])} is a value, not a section")
        section = inner
    if value is None:
        section.pop(path[-1], None)
    else:
        section[path[-1]] = copy.deepcopy(value)


def _index(path: Sequence[str], items: Sequence[object]) -> int:
    """Number of an item of a list by the last part of its key, the first one 0."""
    if path[-1] in {str(number) for number in range(len(items))}:
        return int(path[-1])
    raise InputError(
        f"{dotted(path)}: {dotted(path[:-1])} is a list, whose items are 0 to {len(items) - 1}"
    )
