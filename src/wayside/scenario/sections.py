"""The sections of a scenario: their keys, units and limits, each checked on its own."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictStr,
    model_validator,
)

from wayside.collider.presets import BEAM_KEYS, PRESETS
from wayside.constants import CONFIDENCE_LEVEL, M_ELECTRON
from wayside.cosmology.choices import DOF_NAMES, HADRONS, DofName, Hadrons
from wayside.efficiency.selection import SELECTIONS
from wayside.production.process import DEFAULT_TREATMENT, Radiation
from wayside.production.radiative import Regulator
from wayside.production.registry import AUTOMATIC, names
from wayside.scenario.problems import nearest, show
from wayside.scenario.quantities import Interval, Quantity, Vector, Whole, refuse, switch
from wayside.selections.names import SEARCH, SUFFIX

if TYPE_CHECKING:
    from wayside.collider.beams import Beams

# The outer limits are far beyond any use; they keep squares and ratios inside a double's range.
_ENERGY = Quantity("energy", 1e-9, 1e6)
_NO_COUPLING = "at zero nothing is produced and nothing annihilates, the relic density is infinite"
_COUPLING = Quantity("pure number", 1e-30, 1e3, zero=_NO_COUPLING)
_EPSILON = Quantity("pure number", 1e-30, 1.0, open_high=True, zero=_NO_COUPLING)
_DELTA = Quantity("pure number", 1e-12, 1e12)

LONGEST_LINE: Final = 80
"""Characters of a name or a description."""


Energy = Annotated[float, BeforeValidator(_ENERGY)]
BeamEnergy = Annotated[float, BeforeValidator(Quantity("energy", M_ELECTRON, 1e6, open_low=True))]
Coupling = Annotated[float, BeforeValidator(_COUPLING)]
Epsilon = Annotated[float, BeforeValidator(_EPSILON)]
DecayLength = Annotated[float, BeforeValidator(Quantity("length", 1e-30, 1e30))]
CrossingAngle = Annotated[
    float, BeforeValidator(Quantity("angle", 0.0, 0.5 * math.pi, open_high=True))
]
Spread = Annotated[float, BeforeValidator(Quantity("pure number", 1e-6, 0.1))]
BeamSpot = Annotated[
    tuple[float, float, float], BeforeValidator(Vector(Quantity("length", 0.0, 0.1)))
]
RelativeError = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 0.5))]
Luminosity = Annotated[float, BeforeValidator(Quantity("luminosity", 1e-12, 1e12))]
Confidence = Annotated[
    float, BeforeValidator(Quantity("pure number", 0.0, 1.0, open_low=True, open_high=True))
]
Events = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e12))]
Triple = tuple[float, float, float]
Range = tuple[float, float]
EnergyRange = Annotated[Range, BeforeValidator(Interval(_ENERGY))]
CouplingRange = Annotated[Range, BeforeValidator(Interval(_COUPLING))]
EpsilonRange = Annotated[Range, BeforeValidator(Interval(_EPSILON))]
DeltaRange = Annotated[Range, BeforeValidator(Interval(_DELTA))]
KeyRange = Annotated[Range, BeforeValidator(Interval(Quantity("pure number", -1e30, 1e30)))]
Points = Annotated[int, BeforeValidator(Whole(20, 2000))]


def _preset(value: object) -> object:
    if value not in PRESETS:
        near = nearest(value, PRESETS) if isinstance(value, str) else None
        hint = f'; did you mean "{near}"?' if near else ""
        refuse(f"must be one of {', '.join(PRESETS)}{hint}")
    return value


Preset = Annotated[StrictStr, BeforeValidator(_preset)]


def _production(value: object) -> object:
    if value == AUTOMATIC:
        return value
    chosen = (value,) if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple) or not chosen:
        refuse(f"must be {_choices()}, or a list of processes")
    for name in chosen:
        if not isinstance(name, str) or name not in names():
            near = nearest(str(name), (AUTOMATIC, *names()))
            hint = f'did you mean "{near}"?' if near else f"must be {_choices()}"
            refuse(f"no process {show(name)}; {hint}" if isinstance(value, list | tuple) else hint)
    if len(set(chosen)) < len(chosen):
        refuse("must name each process once")
    return value if isinstance(value, str) else tuple(chosen)


def _choices() -> str:
    *first, last = (f'"{name}"' for name in (AUTOMATIC, *names()))
    return f"{', '.join(first)} or {last}"


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _process_names(value: object) -> object:
    chosen = _names(value)
    if not isinstance(chosen, list | tuple) or not chosen:
        refuse("must be a list of one or more names of processes")
    if len(set(map(str, chosen))) < len(chosen):
        refuse("must name each process once")
    return tuple(chosen)


def _line(value: str) -> str:
    if not (value.isprintable() and value.strip() and len(value) <= LONGEST_LINE):
        refuse(f"must be one line of 1 to {LONGEST_LINE} printable characters")
    return value


def _key(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value):
        refuse(f'{show(value)} is no name; it takes 1 to 32 letters, digits, "_" or "-"')
    return value


def _background(value: object) -> object:
    if value == "simulated":
        return value
    if isinstance(value, str):
        refuse('must be a number of events, or "simulated"')
    return Quantity("pure number", 0.0, 1e12)(value)


def _selection(value: object) -> object:
    names = (AUTOMATIC, *SELECTIONS, SEARCH)
    if value not in names and not (isinstance(value, str) and value.endswith(SUFFIX)):
        near = nearest(str(value), names)
        hint = f'; did you mean "{near}"?' if near else ""
        listed = ", ".join(f'"{name}"' for name in names)
        refuse(f"must be {listed}, or the path of a selection file ({SUFFIX}){hint}")
    return value


Background = Annotated[float | Literal["simulated"], BeforeValidator(_background)]
RunSelection = Annotated[StrictStr, BeforeValidator(_selection)]
Production = Annotated[str | tuple[StrictStr, ...], BeforeValidator(_production)]
ProcessNames = Annotated[tuple[StrictStr, ...], BeforeValidator(_process_names)]
Signal = Annotated[tuple[StrictStr, ...], BeforeValidator(_names)]
Title = Annotated[StrictStr, AfterValidator(_line)]
DetectorName = Annotated[StrictStr, AfterValidator(_key)]

Recast = Literal["exact", "printed"]
Decays = Literal["exact", "mean-flight"]
"""``"exact"``, or ``"mean-flight"``: one mean flight length, acceptance of the front face."""
Efficiency = Literal["unity", "simulated"]
"""Whether all decays count, or those that the simulated detector sees."""

RECAST: Final[Recast] = "exact"
DECAYS: Final[Decays] = "exact"
EFFICIENCY: Final[Efficiency] = "unity"

PlaneKind = Literal["epsilon-g_d", "epsilon-m2", "epsilon-delta"]
Hold = Literal["sum", "m1", "m2", "ratios"]


class Section(BaseModel):
    """A frozen set of known keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColliderSection(Section):
    """Two beams that cross.

    Attributes
    ----------
    preset
        Name of `wayside.collider.presets.PRESETS`: energies, angle and spot that are not given.
    electron_energy, positron_energy
        Beam energies in GeV; electrons go toward +z.
    crossing_angle
        Full crossing angle in rad; both beams tilt toward +x by half of it.
    regulator
        How the electron mass enters e+e- -> gamma A': ``"exact"``, or ``"printed"`` as in Eq. 4
        of the study.
    energy_spread
        Standard deviation of one beam's energy over that energy; it sets the height of narrow
        states, whose muons are a background.
    energy_error
        Standard error of the beam energies over them, the same for both.
    beam_spot
        Standard deviations of where collisions are along x, y and z in m. Yields and events are
        those of collisions at the origin; what that changes is part of the error of a yield.
    """

    preset: Preset | None = None
    electron_energy: BeamEnergy
    positron_energy: BeamEnergy
    crossing_angle: CrossingAngle = 0.0
    regulator: Regulator = DEFAULT_TREATMENT.regulator
    energy_spread: Spread = 5e-4
    energy_error: RelativeError = 0.0
    beam_spot: BeamSpot = (0.0, 0.0, 0.0)

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: object) -> object:
        """Take what is not given from the preset."""
        if not isinstance(data, Mapping) or data.get("preset") is None:
            return data
        # An unknown name is refused by its own field, and by nothing else.
        preset = PRESETS.get(str(data["preset"]), next(iter(PRESETS.values())))
        return {key: getattr(preset, key) for key in BEAM_KEYS} | dict(data)

    def build(self) -> "Beams":
        """The beams that these keys describe."""
        from wayside.collider.beams import Beams

        return Beams(self.electron_energy, self.positron_energy, self.crossing_angle)


class RunSection(Section):
    """What is collected, and how it is counted.

    Attributes
    ----------
    luminosity_fb
        Integrated luminosity in fb^-1.
    luminosity_error
        Standard error of the luminosity over it.
    production
        ``"on-shell"`` (e+e- -> gamma A'), ``"off-shell"`` (e+e- -> A'* -> pair) or another process
        that is registered; a list of several, whose yields add up; or ``"auto"`` for the one that
        goes with the masses.
    processes
        Names of the production processes that count, as ``wayside point --json`` lists them; None
        for all that ``production`` or the model name.
    signal
        Names of the detectors that count in the total, None for all.
    confidence_level
        Confidence level of the exclusion.
    selection
        What counts as an event: a ``"vertex"`` in the emulsion alone, one that is ``"timed"`` as
        well (`wayside.efficiency.selection.Selection`), or what a search selects: ``"search"`` for
        the selection that comes with Wayside for the nearest splitting, or the path of a file that
        ``wayside search`` wrote (`wayside.selections.selection.SearchSelection`). ``"auto"`` is
        ``"search"`` where background and efficiency are simulated, else ``"timed"``.
    background
        Expected background events in the total, or ``"simulated"`` for those of all sources.
    background_error
        Standard error of a ``background`` that is a number, in events.
    decays
        How decays inside a detector are counted: ``"exact"``, or ``"mean-flight"`` for one mean
        flight length and the acceptance of the front face (Eqs. 20 and 21 of the study).
    recast
        How existing limits are carried over: ``"exact"``, or ``"printed"`` for Eqs. 22 and
        23 of the study.
    efficiency
        Which decays count: all (``"unity"``), or those that the ``"simulated"`` detector sees.
    radiation
        Which photons off the beams count in yields: ``"all"``, ``"one-photon"`` for that of
        e+e- -> gamma A' alone, or ``"none"`` off shell, where the process has none. ``"auto"`` is
        ``"all"`` for pairs with a mediator, but ``"one-photon"`` where decays are those of
        ``"mean-flight"``, and for single particles.
    vacuum_polarisation
        Whether epsilon multiplies the running coupling in production, ``|1/(1 - Pi)|^2`` at the
        mass of the A' (off shell, of the pair), and not the one at zero momentum transfer.
    """

    luminosity_fb: Luminosity
    luminosity_error: RelativeError = 0.0
    production: Production = AUTOMATIC
    processes: ProcessNames | None = None
    signal: Signal | None = None
    confidence_level: Confidence = CONFIDENCE_LEVEL
    selection: RunSelection = AUTOMATIC
    background: Background = 0.0
    background_error: Events = 0.0
    decays: Decays = DECAYS
    recast: Recast = RECAST
    efficiency: Efficiency = EFFICIENCY
    radiation: Literal["auto", Radiation] = AUTOMATIC
    vacuum_polarisation: Annotated[bool, BeforeValidator(switch)] = (
        DEFAULT_TREATMENT.vacuum_polarisation
    )

    @property
    def simulates_background(self) -> bool:
        """Whether the expected background is that of all sources, and no number given."""
        return self.background == "simulated"

    @property
    def simulates_efficiency(self) -> bool:
        """Whether only decays count that the simulated detector sees."""
        return self.efficiency == "simulated"

    @property
    def has_all_photons(self) -> bool:
        """Whether all photons off the beams are asked for."""
        return self.radiation == "all"

    @property
    def takes_mean_flight(self) -> bool:
        """Whether decays are counted with one mean flight length."""
        return self.decays == "mean-flight"


class CosmologySection(Section):
    """How the relic density is computed.

    Attributes
    ----------
    hadrons
        Final states of annihilation: ``"r-ratio"`` (measured) or ``"quarks"`` (free ones).
    dof
        Degrees of freedom of the plasma, by source; see `wayside.cosmology.dof`.
    """

    hadrons: Hadrons = HADRONS[0]
    dof: DofName = DOF_NAMES[0]


HOLDS: Final = {
    "epsilon-m2": ("sum", "m1", "ratios"),
    "epsilon-delta": ("sum", "m2"),
}
"""What can stay fixed in the planes of a mass."""


class PlaneSection(Section):
    """The plane of couplings and masses to draw.

    Attributes
    ----------
    kind
        What spans the plane; delta is (m1 - m2) / m2.
    hold
        What stays fixed as a mass changes: ``"sum"`` (m_aprime and m1 + m2), ``"m1"`` or ``"m2"``
        (with m_aprime), or ``"ratios"`` of the three masses. Not used in the (epsilon, g_d) plane.
    epsilon, g_d, m2, delta
        Lower and upper end of an axis (m2 in GeV), None to choose them.
    x, y
        Keys of one number, such as ``"model.mass"``, that span the plane in place of ``kind``.
    x_range, y_range
        Lower and upper end of their axes, in the base units of the keys; None to choose them.
    points
        Grid points along each axis.
    band
        Whether the contour gets a band: yields one standard uncertainty lower and higher.
    """

    kind: PlaneKind = "epsilon-g_d"
    hold: Hold = "sum"
    epsilon: EpsilonRange | None = None
    g_d: CouplingRange | None = None
    m2: EnergyRange | None = None
    delta: DeltaRange | None = None
    x: StrictStr | None = None
    y: StrictStr | None = None
    x_range: KeyRange | None = None
    y_range: KeyRange | None = None
    points: Points = 200
    band: Annotated[bool, BeforeValidator(switch)] = False

    @property
    def varies_masses(self) -> bool:
        """Whether the x axis of a plane by name is one of masses."""
        return self.kind in HOLDS

    def problems(self) -> Iterator[str]:
        """One line if what is held does not go with the plane."""
        allowed = HOLDS.get(self.kind)
        if allowed is not None and self.hold not in allowed:
            choices = " or ".join(f'"{hold}"' for hold in allowed)
            yield f'plane.hold = "{self.hold}": must be {choices} in the plane "{self.kind}"'

    def unused(self) -> list[str]:
        """One line if keys mean nothing in the plane that is drawn."""
        axis = self.kind.removeprefix("epsilon-")
        others = [key for key in ("g_d", "m2", "delta") if key != axis]
        idle = [f"plane.{key}" for key in others if getattr(self, key) is not None]
        if not self.varies_masses and self.hold != "sum":
            idle.append("plane.hold")
        return [f'not used in the plane "{self.kind}": {", ".join(idle)}'] if idle else []
