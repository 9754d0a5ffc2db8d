"""A kind is a name and nothing else: physics comes from what the class declares."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from wayside.cosmology.annihilation import cross_section, strength
from wayside.cosmology.relic import omega_h2, relic_density
from wayside.errors import InputError
from wayside.generator.decays import DecaySampler
from wayside.models import registry
from wayside.models.alp_photon import AlpPhoton
from wayside.models.decay_points import decay_points
from wayside.models.excited import width_hats
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.particle import ParticleModel

MASSES = (8.0, 4.341, 3.65)


@dataclass(frozen=True)
class RenamedScalar(ScalarInelastic):
    """Differs in its name alone."""

    kind = "renamed"


@dataclass(frozen=True)
class RenamedFermion(PseudoDirac):
    """Differs in its name alone."""

    kind = "other"


@pytest.mark.parametrize(
    ("cls", "renamed"), [(ScalarInelastic, RenamedScalar), (PseudoDirac, RenamedFermion)]
)
def test_the_name_of_a_kind_changes_nothing(cls, renamed):
    ours, theirs = cls(*MASSES), renamed(*MASSES)
    assert theirs.kind != ours.kind
    assert theirs.excited_width_hats() == ours.excited_width_hats()
    assert theirs.excited_width_error_hat() == ours.excited_width_error_hat()
    assert theirs.dark_width_hat() == ours.dark_width_hat()
    assert theirs.pair_tensor(100.0) == ours.pair_tensor(100.0)
    assert width_hats(renamed, *MASSES) == width_hats(cls, *MASSES)
    assert theirs.codes == ours.codes
    for channel in ("e", "hadrons"):
        mine, other = (decay_points(model, channel, 64) for model in (ours, theirs))
        assert np.array_equal(mine.weight, other.weight)
        assert np.array_equal(mine.momentum, other.momentum)
    drawn = [DecaySampler(model).draw(500, np.random.default_rng(4)) for model in (ours, theirs)]
    for mine, other in zip(*drawn, strict=True):
        assert np.array_equal(mine, other)
    visible = strength()
    assert cross_section(theirs, 9.0, 1e-3, 0.5, visible) == cross_section(
        ours, 9.0, 1e-3, 0.5, visible
    )
    assert omega_h2(renamed, *MASSES, 1e-3, 0.5) == omega_h2(cls, *MASSES, 1e-3, 0.5)
    assert relic_density(theirs, 1e-3, 0.5).flags == relic_density(ours, 1e-3, 0.5).flags


def test_no_module_outside_of_the_models_knows_a_kind():
    source = Path(registry.__file__).parents[1]
    names = [f"{quote}{kind}{quote}" for kind in registry.BUILTIN for quote in "\"'"]
    naming = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if any(name in path.read_text("utf-8") for name in names)
    }
    assert "models/registry.py" in naming
    assert all(name.startswith("models/") for name in naming)


def plugin(monkeypatch, *entries, group=registry.GROUP):
    made = [EntryPoint(name, value, group) for name, value in entries]
    monkeypatch.setattr(registry, "entry_points", lambda asked: made if asked == group else [])


def test_a_plugin_is_found_by_name_and_loaded_on_demand(monkeypatch):
    plugin(monkeypatch, ("renamed", f"{__name__}:RenamedScalar"), ("broken", "no_such_module:X"))
    assert registry.kinds() == (*registry.BUILTIN, "broken", "renamed")
    assert registry.model_class("renamed").__name__ == "RenamedScalar"


@pytest.mark.parametrize(
    ("entries", "kind", "line"),
    [
        ([], "renamd", r"kind = 'renamd': must be one of scalar, pseudo-dirac"),
        (
            [("broken", "no_such_module:X")],
            "broken",
            r"kind = 'broken': the package no_such_module could not be loaded"
            r" \(ModuleNotFoundError: No module named 'no_such_module'\)",
        ),
        ([("path", "pathlib:Path")], "path", "kind = 'path': pathlib:Path of the package pathlib"),
        (
            [("mine", f"{__name__}:RenamedScalar")],
            "mine",
            f"kind = 'mine': {__name__}:RenamedScalar of the package {__name__} calls itself"
            " 'renamed'",
        ),
        (
            [("two", "first:X"), ("two", "second:Y")],
            "two",
            "kind = 'two': both first and second have a model of that name",
        ),
    ],
)
def test_what_a_registry_refuses_is_one_line(monkeypatch, entries, kind, line):
    plugin(monkeypatch, *entries)
    with pytest.raises(InputError, match=line) as caught:
        registry.model_class(kind)
    assert "\n" not in str(caught.value)


class NoModel(AlpPhoton):
    """What a kind of its own is not: the kind is that of its base."""


class NoKind(ParticleModel):
    """Declares no kind at all."""


@pytest.mark.parametrize(
    ("entries", "kind", "line"),
    [
        (
            [("mine", f"{__name__}:NoKind")],
            "mine",
            f"kind = 'mine': {__name__}:NoKind of the package {__name__} calls itself None",
        ),
        (
            [("mine", f"{__name__}:NoModel")],
            "mine",
            f"{__name__}:NoModel of the package {__name__} calls itself 'alp-photon'",
        ),
        (
            [("mine", f"{__name__}:RenamedScalar")],
            "mine",
            r"is no subclass of wayside.models.particle.ParticleModel",
        ),
        (
            [("two", "first:X"), ("two", "second:Y")],
            "two",
            "kind = 'two': both first and second have a model of that name",
        ),
        ([("scalar", "first:X")], "scalar", "kind = 'scalar': must be one of dark-photon"),
        ([], "alp-foton", "kind = 'alp-foton': must be one of dark-photon"),
    ],
)
def test_single_particles_are_refused_in_the_same_way(monkeypatch, entries, kind, line):
    plugin(monkeypatch, *entries, group=registry.PARTICLE_GROUP)
    with pytest.raises(InputError, match=line) as caught:
        registry.particle_class(kind)
    assert "\n" not in str(caught.value)


def test_a_plugin_of_single_particles_cannot_take_the_name_of_a_pair(monkeypatch):
    entries = [("scalar", "first:X"), ("alp-photon", "first:X"), ("new", "first:X")]
    plugin(monkeypatch, *entries, group=registry.PARTICLE_GROUP)
    assert registry.particle_kinds() == (*registry.PARTICLES, "new")
    assert len(set(registry.all_kinds())) == len(registry.all_kinds())


def test_a_pair_and_a_single_particle_of_one_name_are_refused(monkeypatch):
    groups = {
        group: [EntryPoint("both", f"{group}:X", group)]
        for group in (registry.GROUP, registry.PARTICLE_GROUP)
    }
    monkeypatch.setattr(registry, "entry_points", lambda group: groups[group])
    assert registry.all_kinds().count("both") == 1
    for load in (registry.model_class, registry.particle_class):
        with pytest.raises(InputError, match=r"both wayside.models and wayside.particles"):
            load("both")


def test_a_plugin_cannot_replace_a_model_of_wayside(monkeypatch):
    plugin(monkeypatch, ("scalar", f"{__name__}:RenamedScalar"))
    assert registry.model_class("scalar") is ScalarInelastic
    assert registry.kinds() == tuple(registry.BUILTIN)
