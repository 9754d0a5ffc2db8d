"""Where the detector stands and what the accelerator sends there: two sections for backgrounds."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictStr

from wayside.constants import DAYS_PER_YEAR
from wayside.scenario.problems import show
from wayside.scenario.quantities import Quantity, refuse
from wayside.scenario.sections import Section

_ENERGY = Quantity("energy", 1e-9, 1e4)
_WEIGHT = Quantity("pure number", 0.0, 1e12)

Overburden = Annotated[float, BeforeValidator(Quantity("length", 0.0, 1e4))]
RockDensity = Annotated[float, BeforeValidator(Quantity("density", 0.1, 30.0))]
Duration = Annotated[float, BeforeValidator(Quantity("time", 0.0, 1e5, open_low=True))]
Frequency = Annotated[float, BeforeValidator(Quantity("frequency", 0.0, 1e15))]
Flux = Annotated[float, BeforeValidator(Quantity("flux", 0.0, 1e18))]
Fraction = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1.0))]

MuonFlux = Literal["guan2015", "cosine-squared"]
BeamParticle = Literal["photon", "electron", "neutron"]


def _some(value: object, item: Quantity) -> tuple[float, ...]:
    """One quantity or a list of at least one."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        value = [value]
    if not value:
        refuse("must be a number or a list of at least one")
    return tuple(item(entry) for entry in value)


def _energies(value: object) -> tuple[float, ...]:
    return _some(value, _ENERGY)


def _weights(value: object) -> tuple[float, ...]:
    weights = _some(value, _WEIGHT)
    if not sum(weights) > 0.0:
        refuse("at least one weight must be above 0")
    return weights


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class SiteSection(Section):
    """What is above the detector, and how long its films are in place.

    Attributes
    ----------
    overburden
        Rock above the detector in m, under flat ground; 0 at the surface.
    rock_density
        Density of the rock in g/cm^3; it is standard rock.
    exposure
        Time in days over which films record, all films of a place together.
    film_replacement
        Time in days after which films are replaced by fresh ones.
    muon_flux
        Of cosmic muons at the surface: ``"guan2015"``, or ``"cosine-squared"`` for Eq. 18 of
        the study.
    """

    overburden: Overburden = 0.0
    rock_density: RockDensity = 2.65
    exposure: Duration = DAYS_PER_YEAR
    film_replacement: Duration = 0.5 * DAYS_PER_YEAR
    muon_flux: MuonFlux = "guan2015"


class BeamBackgroundSection(Section):
    """Particles that the beams send to the detectors, as given by the user.

    Attributes
    ----------
    particle
        ``"photon"``, ``"electron"`` (or positron) or ``"neutron"``.
    rate
        Hz that reach the outside of the shield and head for the blocks; this or ``flux``.
    flux
        Hz/m^2 through planes that face the interaction point, outside of the shield.
    energy
        Kinetic energies in GeV, one or several.
    weights
        Weights of the energies, as many as these; None for equal ones.
    duty
        Fraction of the exposure in which the beams do this.
    detectors
        Names of the detectors they reach, None for all.
    gas_hits, fibre_hits
        Hits in Hz/m^2 of a gas detector and of a layer of fibres; None for an estimate from the
        particles.
    """

    particle: BeamParticle
    rate: Frequency | None = None
    flux: Flux | None = None
    energy: Annotated[tuple[float, ...], BeforeValidator(_energies)]
    weights: Annotated[tuple[float, ...], BeforeValidator(_weights)] | None = None
    duty: Fraction = 1.0
    detectors: Annotated[tuple[StrictStr, ...], BeforeValidator(_names)] | None = None
    gas_hits: Flux | None = None
    fibre_hits: Flux | None = None

    def problems(self) -> Iterator[str]:
        """One line for each problem; it starts with the name of the key."""
        if self.rate is None and self.flux is None:
            yield "rate: missing; give rate (Hz) or flux (Hz/m^2)"
        elif self.rate is not None and self.flux is not None:
            yield f"flux = {self.flux:.10g}: given beside rate; give one of them"
        if self.weights is not None and len(self.weights) != len(self.energy):
            yield (
                f"weights = {show(list(self.weights))}:"
                f" must be as many as energies, {len(self.energy)}"
            )
