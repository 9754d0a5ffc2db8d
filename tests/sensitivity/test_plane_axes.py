"""The registry of axes against the scenario's schema and the command line."""

from typing import get_args

import click
import pytest

from wayside.cli import place, planes, reach
from wayside.placement.objectives import OBJECTIVES
from wayside.scenario.sections import HOLDS, Hold, PlaneKind
from wayside.sensitivity.plane_axes import X_AXES


def test_every_plane_of_the_schema_has_axes():
    assert set(X_AXES) == set(get_args(PlaneKind))
    assert {kind: set(X_AXES[kind]) for kind in HOLDS} == {k: set(v) for k, v in HOLDS.items()}
    for kind in set(X_AXES) - set(HOLDS):
        assert set(X_AXES[kind]) == set(get_args(Hold))


def choices_of(command: click.Command, name: str) -> tuple[str, ...]:
    option = next(param for param in command.params if param.name == name)
    return tuple(option.type.choices)


@pytest.mark.parametrize(
    ("command", "name", "expected"),
    [
        (reach.command, "plane", get_args(PlaneKind)),
        (reach.command, "recast", ("exact", "printed")),
        (place.command, "objective", tuple(OBJECTIVES)),
    ],
)
def test_options_take_the_names_of_registries(command, name, expected):
    assert choices_of(command, name) == expected
    option = next(param for param in command.params if param.name == name)
    with pytest.raises(click.BadParameter, match="is not one of"):
        option.type.convert("none such", option, None)
    assert planes.LazyChoice(lambda: expected).convert(expected[-1], None, None) == expected[-1]
