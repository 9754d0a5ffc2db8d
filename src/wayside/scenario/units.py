"""The base unit of a key of a scenario."""

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, BeforeValidator

from wayside.scenario.quantities import Interval, Quantity, Vector


def unit_of(scenario: BaseModel, key: str) -> str:
    """Base unit of a key, ``"1"`` for a pure number or where none is declared.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    key
        Dotted key; an item of a list by its number.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> [unit_of(scenario, key) for key in ("model.m2", "detectors.A.position.2", "model.g_d")]
    ['GeV', 'm', '1']
    """
    section: object = scenario
    for part in key.split("."):
        if isinstance(section, Mapping):
            section = section.get(part)
        elif isinstance(section, BaseModel) and part in type(section).model_fields:
            field = type(section).model_fields[part]
            for quantity in _quantities((*field.metadata, field.annotation)):
                return quantity.unit or "1"
            section = getattr(section, part)
        else:
            break
    return "1"


def _quantities(declared: tuple[object, ...]) -> Iterator[Quantity]:
    """What checks a field, from its annotations."""
    for part in declared:
        check = part.func if isinstance(part, BeforeValidator) else None
        if isinstance(check, Quantity):
            yield check
        elif isinstance(check, Vector):
            yield check.component
        elif isinstance(check, Interval):
            yield check.end
        else:
            metadata = getattr(part, "__metadata__", ())  # of Annotated, which get_args takes apart
            yield from _quantities(metadata or get_args(part))
