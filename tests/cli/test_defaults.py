"""Defaults of options against those of what the commands call: commands load that only later."""

import inspect
from importlib import import_module
from pkgutil import resolve_name
from typing import Any

import pytest


def default_of_option(command: str, name: str) -> Any:
    params = import_module(f"wayside.cli.{command}").command.params
    return next(param.default for param in params if param.name == name)


@pytest.mark.parametrize(
    ("command", "option", "target", "parameter"),
    [
        ("design", "objective", "wayside.designing.settings:DesignSettings", "objective"),
        ("design", "background", "wayside.designing.settings:DesignSettings", "background"),
        ("design", "statistic", "wayside.designing.settings:DesignSettings", "statistic"),
        ("design", "tolerance", "wayside.designing.settings:DesignSettings", "tolerance"),
        ("design", "sampler", "wayside.designing.settings:DesignSettings", "sampler"),
        ("design", "seed", "wayside.designing.settings:DesignSettings", "seed"),
        ("design", "evaluations", "wayside.results.design:design", "evaluations"),
        ("events", "n", "wayside.results.events:events", "number"),
        ("events", "seed", "wayside.results.events:events", "seed"),
        ("place", "objective", "wayside.placement.place:place", "objective"),
        ("place", "count", "wayside.placement.place:place", "count"),
        ("reconstruct", "seed", "wayside.results.reconstruction:reconstruct", "seed"),
        ("reconstruct", "together", "wayside.results.reconstruction:reconstruct", "together"),
        ("search", "planes", "wayside.search.run:Settings", "fibre_layers"),
        ("search", "cuts", "wayside.search.run:Settings", "most"),
        ("search", "folds", "wayside.search.run:Settings", "folds"),
        ("simulate", "chunk", "wayside.results.simulation:simulate", "events_per_chunk"),
        ("simulate", "seed", "wayside.results.simulation:simulate", "seed"),
    ],
)
def test_defaults_of_options(command: str, option: str, target: str, parameter: str) -> None:
    signature = inspect.signature(resolve_name(target))
    assert default_of_option(command, option) == signature.parameters[parameter].default
