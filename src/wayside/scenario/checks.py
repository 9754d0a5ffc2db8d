"""What the sections of a scenario must satisfy together."""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Final, Protocol

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.models import z_boson
from wayside.production.process import DEFAULT_TREATMENT, Masses
from wayside.production.registry import AUTOMATIC, process_class, resolve
from wayside.scenario.model import is_pair
from wayside.scenario.problems import fail, nearest, show
from wayside.scenario.shielding import HALL

if TYPE_CHECKING:
    from wayside.scenario.detector import DetectorSection
    from wayside.scenario.emulsion import EmulsionSection
    from wayside.scenario.hall import HallSection
    from wayside.scenario.hardware import StackSection
    from wayside.scenario.model import ModelSection, PairSection
    from wayside.scenario.sections import ColliderSection, PlaneSection, RunSection
    from wayside.scenario.shielding import ShieldingSection
    from wayside.scenario.site import BeamBackgroundSection


class Sections(Protocol):
    """What the checks need of a scenario: its sections, and what follows from them."""

    @property
    def model(self) -> "ModelSection":
        """Section ``[model]``."""
        ...

    @property
    def pair(self) -> "PairSection":
        """The same where it is an excited and a ground state; else an error."""
        ...

    @property
    def collider(self) -> "ColliderSection":
        """Section ``[collider]``."""
        ...

    @property
    def run(self) -> "RunSection":
        """Section ``[run]``."""
        ...

    @property
    def detectors(self) -> Mapping[str, "DetectorSection"]:
        """Sections ``[detectors.NAME]``."""
        ...

    @property
    def plane(self) -> "PlaneSection":
        """Section ``[plane]``."""
        ...

    @property
    def stack(self) -> "StackSection":
        """Section ``[stack]``."""
        ...

    @property
    def emulsion(self) -> "EmulsionSection":
        """Section ``[emulsion]``."""
        ...

    @property
    def shielding(self) -> "ShieldingSection":
        """Section ``[shielding]``."""
        ...

    @property
    def beam_backgrounds(self) -> Mapping[str, "BeamBackgroundSection"]:
        """Sections ``[beam_backgrounds.NAME]``."""
        ...

    @property
    def hall(self) -> "HallSection | None":
        """Section ``[hall]``, if there is one."""
        ...

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of the excited and the ground state in GeV."""
        ...

    @property
    def sqrt_s(self) -> float:
        """Centre-of-mass energy in GeV."""
        ...

    @property
    def processes(self) -> tuple[str, ...]:
        """Names of the production processes, ``"auto"`` resolved."""
        ...

    @property
    def signal(self) -> tuple[str, ...]:
        """Names of the detectors that count in the total."""
        ...


def check(scenario: Sections) -> None:
    """Raise `InputError` with the first problem and the number of others."""
    # Without masses there is nothing to produce.
    problems = list(scenario.model.problems()) or list(_production(scenario))
    problems += [line for rule in RULES for line in rule(scenario)]
    if problems:
        fail(problems)


def warn(scenario: Sections) -> None:
    """Issue warnings about what is allowed but probably not meant."""
    texts = [*_doubts(scenario), *_another_collider(scenario), *overlaps(scenario)]
    for text in texts:
        warnings.warn(text, stacklevel=4)


def _doubts(scenario: Sections) -> Iterator[str]:
    """What is allowed of a pair but probably not meant."""
    if not is_pair(scenario.model):
        return
    model = scenario.pair
    strongest = math.sqrt(4.0 * math.pi)
    if model.g_d > strongest:
        yield f"model.g_d = {model.g_d:g}: above sqrt(4 pi) = {strongest:.4g} not perturbative"
    m1, m2 = scenario.masses
    if m1 - m2 <= 2.0 * M_ELECTRON and model.ctau_m is None:
        yield f"m1 - m2 = {m1 - m2:g} GeV: below 2 m_e the excited state does not decay to e+ e-"


def _another_collider(scenario: Sections) -> Iterator[str]:
    """A built-in hall around beams that its collider does not have."""
    if scenario.hall is None or scenario.hall.preset is None:
        return
    from wayside.scenario.hall import preset_hall

    name = scenario.hall.preset
    low, high = preset_hall(name).sqrt_s
    if not low <= scenario.sqrt_s <= high:
        yield (
            f"hall.preset = {show(name)}: of a collider with sqrt_s = {low:g} to {high:g} GeV;"
            f" here it is {scenario.sqrt_s:.4g} GeV"
        )


def overlaps(scenario: Sections) -> list[str]:
    """One line for every two signal detectors that share space: their total counts it twice."""
    from wayside.detector.overlap import overlap

    volumes = {name: scenario.detectors[name].build() for name in scenario.signal}
    return [
        f"run.signal: detectors {first} and {second} overlap;"
        " decays in both count twice in the total"
        for first, second in combinations(volumes, 2)
        if overlap(volumes[first], volumes[second])
    ]


def _number(value: float) -> str:
    return f"{value:.10g}"


def _production(scenario: Sections) -> Iterator[str]:
    """Why the collider cannot make what flies."""
    if is_pair(scenario.model):
        yield from _masses(scenario)
        yield from _process_names(scenario)
        if scenario.run.takes_mean_flight and scenario.run.has_all_photons:
            yield (
                'run.decays = "mean-flight": the mean flight length is that of one photon;'
                ' with run.radiation = "all" it must be "exact"'
            )
        yield from _radiation(scenario)
        return
    if scenario.run.production != AUTOMATIC:
        yield (
            f"run.production = {show(scenario.run.production)}: for pairs with a mediator;"
            f' run.processes restricts what makes model.kind = "{scenario.model.kind}"'
        )
    if scenario.run.takes_mean_flight:
        yield (
            'run.decays = "mean-flight": an approximation for pairs with a mediator;'
            f' model.kind = "{scenario.model.kind}" takes "exact"'
        )
    only = (AUTOMATIC, DEFAULT_TREATMENT.radiation)
    if scenario.run.radiation not in only or scenario.run.vacuum_polarisation:
        yield (
            "run.radiation, run.vacuum_polarisation: for pairs with a mediator;"
            f' with model.kind = "{scenario.model.kind}" they have no other value'
        )
    try:
        _ = scenario.processes
    except InputError as error:
        section = "run" if str(error).startswith("processes") else "model"
        section = "collider: " if str(error).startswith("sqrt_s") else f"{section}."
        yield f"{section}{error}"


def _radiation(scenario: Sections) -> Iterator[str]:
    """Whether the processes of a pair go without a photon, where none is asked for."""
    if scenario.run.radiation == AUTOMATIC:
        return
    for name in scenario.processes:
        try:
            process_class(name).require(scenario.run.radiation)
        except InputError as error:
            yield f"run.{error}"


def _process_names(scenario: Sections) -> Iterator[str]:
    """Whether ``run.processes`` leaves any process of a pair."""
    if scenario.run.processes is not None and not scenario.processes:
        made = ", ".join(resolve(scenario.run.production, scenario.pair.m_aprime, scenario.sqrt_s))
        yield f"run.processes = {show(list(scenario.run.processes))}: none of {made}"


def _masses(scenario: Sections) -> Iterator[str]:
    model = scenario.pair
    m1, m2 = scenario.masses
    if m1 <= m2:
        key, value = ("model.m1", m1) if model.m1 is not None else ("model.rho", model.rho or 0.0)
        rule = f"must be above m2 = {_number(m2)} GeV" if model.m1 is not None else "too small"
        yield f"{key} = {_number(value)}: {rule}"
        return
    aprime = f"model.m_aprime = {_number(model.m_aprime)}"
    energy = scenario.sqrt_s
    for rule in z_boson.problems(model.m_aprime):
        yield f"{aprime}: {rule}"
    masses = Masses(model.m_aprime, m1, m2)
    for name in scenario.processes:
        for fault, rule in process_class(name).problems(masses, energy):
            if fault == "m_aprime":
                yield f"{aprime}: {rule}"
            elif fault == "sqrt_s":
                yield f"collider: sqrt_s = {_number(energy)}: {rule}"
            else:
                key = "m1" if model.m1 is not None else "mu"
                yield f"model.{key} = {_number(getattr(model, key))}: {rule}"
    if m1 - m2 >= model.m_aprime:
        yield (
            f"{aprime}: must be above m1 - m2 = {_number(m1 - m2)} GeV,"
            " else the excited state decays to a real A'"
        )
    if m1 - m2 > z_boson.HIGHEST:
        yield (
            f"model: m1 - m2 = {_number(m1 - m2)} GeV: must be at most {z_boson.HIGHEST:.3g} GeV;"
            " beyond, the Z adds to decays of the excited state"
        )


def _detectors(scenario: Sections) -> Iterator[str]:
    if not scenario.detectors:
        yield "detectors: at least one [detectors.NAME] section is needed"
    for name, detector in scenario.detectors.items():
        try:
            detector.build()
        except InputError as error:
            yield f"detectors.{name}.{error}"
    signal = scenario.run.signal
    if signal is None or not scenario.detectors:
        return
    shown = show(list(signal))
    if not signal:
        yield f"run.signal = {shown}: must name at least one detector"
    yield from _known_detectors("run.signal", signal, scenario)


def _known_detectors(key: str, names: tuple[str, ...], scenario: Sections) -> Iterator[str]:
    shown = show(list(names))
    if len(set(names)) < len(names):
        yield f"{key} = {shown}: must name each detector once"
    for name in names:
        if name not in scenario.detectors:
            near = nearest(name, scenario.detectors)
            hint = f'did you mean "{near}"?' if near else f"known: {', '.join(scenario.detectors)}"
            yield f"{key} = {shown}: no detector {show(name)}; {hint}"


def _background(scenario: Sections) -> Iterator[str]:
    run = scenario.run
    if run.simulates_background and run.background_error:
        yield (
            f"run.background_error = {run.background_error:g}: goes with a number of events;"
            ' a "simulated" background brings its own'
        )


def _plane(scenario: Sections) -> Iterator[str]:
    yield from scenario.plane.problems()


def _stack(scenario: Sections) -> Iterator[str]:
    try:
        scenario.stack.build()
    except InputError as error:
        yield f"stack.{error}"


def _emulsion(scenario: Sections) -> Iterator[str]:
    try:
        scenario.emulsion.build()
    except InputError as error:
        yield str(error)


def _beam_backgrounds(scenario: Sections) -> Iterator[str]:
    for name, section in scenario.beam_backgrounds.items():
        path = f"beam_backgrounds.{name}"
        yield from (f"{path}.{line}" for line in section.problems())
        if section.detectors is not None:
            yield from _known_detectors(f"{path}.detectors", section.detectors, scenario)


def _hall(scenario: Sections) -> Iterator[str]:
    """Whether a detector stands where something else does."""
    if scenario.hall is None:
        if scenario.shielding.iron == HALL:
            yield f'shielding.iron = "{HALL}": there is no [hall]; give one, or a thickness in m'
        return
    try:
        hall = scenario.hall.build()
    except InputError as error:
        yield str(error)
        return
    for name, detector in scenario.detectors.items():
        try:
            volume = detector.build()
        except InputError:  # said by another rule
            continue
        if blocking := hall.blocking(volume):
            yield (
                f"detectors.{name}: stands in {', '.join(blocking)} of the hall;"
                " move it, or name what it may overlap in hall.passable"
            )


RULES: Final[tuple[Callable[[Sections], Iterator[str]], ...]] = (
    _detectors,
    _background,
    _plane,
    _stack,
    _emulsion,
    _beam_backgrounds,
    _hall,
)
"""Functions that give one line for each problem, in the order in which they are reported."""
