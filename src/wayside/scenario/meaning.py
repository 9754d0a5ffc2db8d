"""What the sections of a scenario must satisfy together."""

import math
import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Final

from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.production.process import Masses
from wayside.production.registry import process_class, resolve
from wayside.scenario.problems import fail, nearest, show

if TYPE_CHECKING:
    from wayside.scenario.schema import Scenario
    from wayside.scenario.sections import ColliderSection

HOLDS: Final = {
    "epsilon-m2": ("sum", "m1", "ratios"),
    "epsilon-delta": ("sum", "m2"),
}
"""What can stay fixed in the planes of a mass."""


def sqrt_s(collider: "ColliderSection") -> float:
    """Centre-of-mass energy in GeV."""
    return collider.build().sqrt_s


def processes(scenario: "Scenario") -> tuple[str, ...]:
    """Names of the production processes with ``"auto"`` resolved."""
    return resolve(scenario.run.production, scenario.model.m_aprime, scenario.sqrt_s)


def check(scenario: "Scenario") -> None:
    """Raise `InputError` with the first problem and the number of others."""
    problems = list(scenario.model.problems())
    if not problems:
        problems += _masses(scenario)
    problems += _detectors(scenario)
    problems += _background(scenario)
    problems += _plane(scenario)
    problems += _stack(scenario)
    problems += _emulsion(scenario)
    problems += _beam_backgrounds(scenario)
    if problems:
        fail(problems)


def warn(scenario: "Scenario") -> None:
    """Issue warnings about what is allowed but probably not meant."""
    model = scenario.model
    strongest = math.sqrt(4.0 * math.pi)
    if model.g_d > strongest:
        text = f"model.g_d = {model.g_d:g}: above sqrt(4 pi) = {strongest:.4g} not perturbative"
        warnings.warn(text, stacklevel=4)
    m1, m2 = scenario.masses
    if m1 - m2 <= 2.0 * M_ELECTRON and model.ctau_m is None:
        text = f"m1 - m2 = {m1 - m2:g} GeV: below 2 m_e the excited state does not decay to e+ e-"
        warnings.warn(text, stacklevel=4)
    for text in overlaps(scenario):
        warnings.warn(text, stacklevel=4)


def overlaps(scenario: "Scenario") -> list[str]:
    """One line for every two signal detectors that share space: their total counts it twice."""
    from wayside.detector.box import Box
    from wayside.detector.overlap import overlap

    boxes = {}
    for name in scenario.signal:
        each = scenario.detectors[name]
        boxes[name] = Box.place(each.position, each.size, each.facing, each.roll)
    return [
        f"run.signal: detectors {one} and {other} overlap; decays in both count twice in the total"
        for one, other in combinations(boxes, 2)
        if overlap(boxes[one], boxes[other])
    ]


def unused(scenario: "Scenario") -> list[str]:
    """One line if keys of the section ``plane`` mean nothing in the plane that is drawn."""
    plane = scenario.plane
    axis = plane.kind.removeprefix("epsilon-")
    others = [key for key in ("g_d", "m2", "delta") if key != axis]
    idle = [f"plane.{key}" for key in others if getattr(plane, key) is not None]
    if plane.kind not in HOLDS and plane.hold != "sum":
        idle.append("plane.hold")
    return [f'not used in the plane "{plane.kind}": {", ".join(idle)}'] if idle else []


def _number(value: float) -> str:
    return f"{value:.10g}"


def _masses(scenario: "Scenario") -> Iterator[str]:
    model = scenario.model
    m1, m2 = scenario.masses
    if m1 <= m2:
        key, value = ("model.m1", m1) if model.m1 is not None else ("model.rho", model.rho or 0.0)
        rule = f"must be above m2 = {_number(m2)} GeV" if model.m1 is not None else "too small"
        yield f"{key} = {_number(value)}: {rule}"
        return
    aprime = f"model.m_aprime = {_number(model.m_aprime)}"
    energy = scenario.sqrt_s
    masses = Masses(model.m_aprime, m1, m2)
    for name in scenario.processes:
        for fault, rule in process_class(name).problems(masses, energy):
            if fault == "m_aprime":
                yield f"{aprime}: {rule}"
            else:
                key = "m1" if model.m1 is not None else "mu"
                yield f"model.{key} = {_number(getattr(model, key))}: {rule}"
    if m1 - m2 >= model.m_aprime:
        yield (
            f"{aprime}: must be above m1 - m2 = {_number(m1 - m2)} GeV,"
            " else the excited state decays to a real A'"
        )


def _detectors(scenario: "Scenario") -> Iterator[str]:
    from wayside.detector.box import Box

    if not scenario.detectors:
        yield "detectors: at least one [detectors.NAME] section is needed"
    for name, detector in scenario.detectors.items():
        try:
            Box.place(detector.position, detector.size, detector.facing, detector.roll)
        except InputError as error:
            yield f"detectors.{name}.{error}"
    signal = scenario.run.signal
    if signal is None or not scenario.detectors:
        return
    shown = show(list(signal))
    if not signal:
        yield f"run.signal = {shown}: must name at least one detector"
    yield from _known_detectors("run.signal", signal, scenario)


def _known_detectors(key: str, names: tuple[str, ...], scenario: "Scenario") -> Iterator[str]:
    shown = show(list(names))
    if len(set(names)) < len(names):
        yield f"{key} = {shown}: must name each detector once"
    for name in names:
        if name not in scenario.detectors:
            near = nearest(name, scenario.detectors)
            hint = f'did you mean "{near}"?' if near else f"known: {', '.join(scenario.detectors)}"
            yield f"{key} = {shown}: no detector {show(name)}; {hint}"


def _background(scenario: "Scenario") -> Iterator[str]:
    run = scenario.run
    if run.background == "simulated" and run.background_error:
        yield (
            f"run.background_error = {run.background_error:g}: goes with a number of events;"
            ' a "simulated" background brings its own'
        )


def _plane(scenario: "Scenario") -> Iterator[str]:
    plane = scenario.plane
    allowed = HOLDS.get(plane.kind)
    if allowed is not None and plane.hold not in allowed:
        choices = " or ".join(f'"{hold}"' for hold in allowed)
        yield f'plane.hold = "{plane.hold}": must be {choices} in the plane "{plane.kind}"'


def _stack(scenario: "Scenario") -> Iterator[str]:
    try:
        scenario.stack.build()
    except InputError as error:
        yield f"stack.{error}"


def _emulsion(scenario: "Scenario") -> Iterator[str]:
    try:
        scenario.emulsion.build()
    except InputError as error:
        yield str(error)


def _beam_backgrounds(scenario: "Scenario") -> Iterator[str]:
    for name, each in scenario.beam_backgrounds.items():
        path = f"beam_backgrounds.{name}"
        if each.rate is None and each.flux is None:
            yield f"{path}.rate: missing; give rate (Hz) or flux (Hz/m^2)"
        elif each.rate is not None and each.flux is not None:
            yield f"{path}.flux = {_number(each.flux)}: given beside rate; give one of them"
        if each.weights is not None and len(each.weights) != len(each.energy):
            yield (
                f"{path}.weights = {show(list(each.weights))}:"
                f" must be as many as energies, {len(each.energy)}"
            )
        if each.detectors is not None:
            yield from _known_detectors(f"{path}.detectors", each.detectors, scenario)
