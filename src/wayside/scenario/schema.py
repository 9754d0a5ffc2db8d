"""A scenario as a whole: its sections, what follows from them, and how it is varied."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args, get_origin

from pydantic import Field, StrictStr, ValidationError, model_validator

from wayside.detector.shapes import DEFAULT
from wayside.errors import InputError
from wayside.models.registry import kinds
from wayside.production.particle_processes import names as particle_process_names
from wayside.production.process import Radiation
from wayside.production.registry import AUTOMATIC, resolve
from wayside.scenario import checks, overrides
from wayside.scenario.cost import CostSection
from wayside.scenario.detector import AnyDetectorSection, keys_of
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.scenario.hall import DEFAULT as DEFAULT_BODY
from wayside.scenario.hall import AnyHallVolumeSection, HallSection, hall_keys_of
from wayside.scenario.hardware import Geant4Section, StackSection
from wayside.scenario.kinds import AnyModelSection, own_keys
from wayside.scenario.model import ModelSection, PairSection, ParticleSection, is_pair
from wayside.scenario.problems import dotted, from_validation
from wayside.scenario.sections import (
    ColliderSection,
    CosmologySection,
    DetectorName,
    PlaneSection,
    RunSection,
    Section,
    Title,
)
from wayside.scenario.shielding import ShieldingSection
from wayside.scenario.site import BeamBackgroundSection, SiteSection
from wayside.selections.selection import automatic


class Scenario(Section):
    """A study: model, collider, run, detectors and the plane to draw.

    Made by `wayside.scenario.load_scenario` or `Scenario.from_dict`, which raise one-line errors.

    Attributes
    ----------
    name, description
        What it is called and what it stands for.
    model, collider, run, plane, cosmology, stack, geant4, emulsion, reconstruction, site, \
    shielding, cost
        Sections; see their classes for keys and units.
    hall
        What stands around the collision; None where nothing is known of it.
    detectors, beam_backgrounds
        Sections by name.
    """

    name: Title = "unnamed"
    description: StrictStr = ""
    model: AnyModelSection
    collider: ColliderSection
    run: RunSection
    detectors: Mapping[DetectorName, AnyDetectorSection]
    plane: PlaneSection = PlaneSection()
    cosmology: CosmologySection = CosmologySection()
    stack: StackSection = StackSection()
    geant4: Geant4Section = Geant4Section()
    emulsion: EmulsionSection = EmulsionSection()
    reconstruction: ReconstructionSection = ReconstructionSection()
    site: SiteSection = SiteSection()
    shielding: ShieldingSection = ShieldingSection()
    beam_backgrounds: Mapping[DetectorName, BeamBackgroundSection] = Field(default_factory=dict)
    hall: HallSection | None = None
    cost: CostSection = CostSection()

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "Scenario":
        """Check nested dictionaries and make a scenario of them.

        Parameters
        ----------
        data
            Sections and keys as in a scenario file.

        Raises
        ------
        InputError
            If something is missing, unknown or not allowed; one line names the key.
        """
        try:
            scenario = cls.model_validate(data)
        except ValidationError as error:
            from_validation(error, KNOWN_KEYS | _keys_by_kind(data) | _keys_by_shape(data))
        checks.warn(scenario)
        return scenario

    def with_values(self, values: Mapping[str, object] | Sequence[str] = (), /) -> "Scenario":
        """Copy with other values, checked anew.

        Parameters
        ----------
        values
            Values by dotted key, such as ``{"model.epsilon": 1e-4}``, or ``"key=value"`` strings.
            None removes an optional key. Setting both of ``model.mu`` and ``model.rho`` replaces
            ``model.m1`` and ``model.m2``, and the other way round.
        """
        return Scenario.from_dict(overrides.apply(self.to_dict(), values))

    def to_dict(self) -> dict[str, Any]:
        """Nested dictionaries of plain values, from which `from_dict` makes the same scenario."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def pair(self) -> PairSection:
        """Section ``[model]`` of an excited and a ground state with a mediator.

        Raises
        ------
        InputError
            If the model is a single particle: what asks for a pair has no meaning then.
        """
        if not isinstance(self.model, PairSection):
            raise InputError(
                f'model.kind = "{self.model.kind}": a single particle; this needs an excited and a'
                f" ground state ({', '.join(kinds())})"
            )
        return self.model

    @property
    def particle(self) -> ParticleSection:
        """Section ``[model]`` of a single particle.

        Raises
        ------
        InputError
            If the model is a pair.
        """
        if not isinstance(self.model, ParticleSection):
            raise InputError(f'model.kind = "{self.model.kind}": not a single particle')
        return self.model

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of the excited and the ground state in GeV, whichever way they were given.

        Raises
        ------
        InputError
            If the model is a single particle.
        """
        return self.pair.masses

    @property
    def sqrt_s(self) -> float:
        """Centre-of-mass energy in GeV."""
        return self.collider.build().sqrt_s

    @property
    def selection(self) -> str:
        """What counts as an event: ``run.selection``, ``"auto"`` resolved.

        That is the selection of a search where background and efficiency are simulated, if one
        comes with Wayside; else a vertex that is timed.
        """
        if self.run.selection != AUTOMATIC:
            return self.run.selection
        return automatic(self.run.simulates_background and self.run.simulates_efficiency)

    @property
    def radiation(self) -> Radiation:
        """Which photons off the beams count in yields: ``run.radiation``, ``"auto"`` resolved.

        That is all of them for pairs with a mediator, unless decays are those of one mean flight
        length: that approximation has one photon, and so has the production of single particles.
        """
        if self.run.radiation != AUTOMATIC:
            return self.run.radiation
        every = is_pair(self.model) and not self.run.takes_mean_flight
        return "all" if every else "one-photon"

    @property
    def has_all_photons(self) -> bool:
        """Whether all photons off the beams count in yields."""
        return self.radiation == "all"

    @property
    def visible_mass(self) -> float:
        """Most that the visible products of a decay can have as mass, in GeV.

        m1 - m2 of a pair of states, the mass of a single particle.
        """
        if isinstance(self.model, ParticleSection):
            return self.model.build().mass
        heavier, lighter = self.masses
        return heavier - lighter

    @property
    def processes(self) -> tuple[str, ...]:
        """Names of the production processes that count, ``"auto"`` resolved."""
        only = self.run.processes
        if isinstance(self.model, ParticleSection):
            return particle_process_names(self.model.build(), self.collider.build(), only)
        names = resolve(self.run.production, self.pair.m_aprime, self.sqrt_s)
        return names if only is None else tuple(name for name in names if name in only)

    @property
    def mode(self) -> str:
        """Names of the production processes in one string, for people."""
        return " + ".join(self.processes)

    @property
    def signal(self) -> tuple[str, ...]:
        """Names of the detectors that count in the total."""
        return tuple(self.detectors) if self.run.signal is None else self.run.signal

    @model_validator(mode="after")
    def _check(self) -> "Scenario":
        checks.check(self)
        return self


def _keys(section: type[Section], path: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Keys of a section and of those in it, by their dotted paths."""
    yield path, tuple(section.model_fields)
    for name, field in section.model_fields.items():
        yield from _keys_within(field.annotation, f"{path}.{name}" if path else name)


def _keys_within(annotation: object, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if annotation is ModelSection:
        yield path, tuple(PairSection.model_fields)
    elif isinstance(annotation, type) and issubclass(annotation, Section):
        yield from _keys(annotation, path)
    elif get_origin(annotation) is Mapping:  # sections by name, such as detectors
        yield from _keys_within(get_args(annotation)[1], f"{path}.*")
    elif annotation == AnyDetectorSection:
        yield path, keys_of(DEFAULT)
    elif annotation == AnyHallVolumeSection:
        yield path, hall_keys_of(DEFAULT_BODY)
    else:
        for argument in get_args(annotation):
            yield from _keys_within(argument, path)


def _keys_by_kind(data: object) -> dict[str, tuple[str, ...]]:
    """Keys of the model's section by its kind."""
    model = data.get("model") if isinstance(data, Mapping) else None
    return own_keys(model.get("kind")) if isinstance(model, Mapping) else {}


def _keys_by_shape(data: object) -> dict[str, tuple[str, ...]]:
    """Keys of every detector and every body of the hall that is given, by its dotted path."""
    detectors = _section_within(data, "detectors")
    bodies = _section_within(_section_within(data, "hall"), "volumes")
    return {
        dotted((*path, name)): of_shape(section.get("shape"))
        for path, sections, of_shape in (
            (("detectors",), detectors, keys_of),
            (("hall", "volumes"), bodies, hall_keys_of),
        )
        for name, section in sections.items()
        if isinstance(section, Mapping)
    }


def _section_within(data: object, name: str) -> Mapping[str, object]:
    """A section by its name, empty where there is none."""
    section = data.get(name) if isinstance(data, Mapping) else None
    return section if isinstance(section, Mapping) else {}


KNOWN_KEYS: Final[dict[str, tuple[str, ...]]] = dict(_keys(Scenario))
"""Valid keys of every section by its dotted path."""
