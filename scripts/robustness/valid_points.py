"""Odd but valid scenarios: every number has to be finite, not negative and without warnings."""

import math
import traceback
import warnings
from typing import Any, Final

import numpy as np

from robustness.check import Check, Outcome, cases
from wayside.cosmology.relic import omega_h2
from wayside.errors import InputError
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

LUMINOSITY: Final = 1e3
"""Integrated luminosity in fb^-1."""

COUPLINGS: Final = np.geomspace(1e-12, 0.9, 24)
"""Kinetic mixings at which yields are computed: lifetimes over 24 decades."""

LIGHTEST_RELIC: Final = 1e-3
"""Mass of the ground state in GeV above which a relic density has to come out."""

MANY_WARNINGS: Final = 3
"""Warnings of a point from which on they are a flood."""


def values_of(rng: np.random.Generator) -> dict[str, Any]:
    """Draw the values that make an odd scenario out of a built-in one, by dotted key."""
    values = _collider(rng)
    electron, positron = values["collider.electron_energy"], values["collider.positron_energy"]
    half = 0.5 * values["collider.crossing_angle"]
    values |= _model(rng, 2.0 * math.sqrt(electron * positron) * math.cos(half))
    volume = (_box, _cylinder, _polyhedron)[rng.choice(3, p=(0.5, 0.3, 0.2))](rng)
    values |= {"detectors.B": None, "detectors.A": volume, "run.signal": ["A"]}
    if volume["shape"] == "box" and rng.random() < 0.4:
        values["run.efficiency"] = "simulated"
        values["run.selection"] = str(rng.choice(["vertex", "timed"]))
    if volume["shape"] == "box" and rng.random() < 0.1:
        values["run.decays"] = "mean-flight"
    return values


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def _direction(rng: np.random.Generator) -> FloatArray:
    vector = rng.normal(size=3)
    zeros = rng.choice(3, size=rng.choice(3, p=(0.7, 0.2, 0.1)), replace=False)
    vector[zeros] = 0.0
    return np.asarray(vector / np.linalg.norm(vector))


def _collider(rng: np.random.Generator) -> dict[str, Any]:
    sqrt_s = _log(rng, 0.5, 60.0)
    ratio = 1.0 if rng.random() < 0.4 else _log(rng, 0.1, 10.0)
    angle = 0.0 if rng.random() < 0.5 else _log(rng, 1e-6, 1.0)
    energy = 0.5 * sqrt_s / math.cos(0.5 * angle)
    return {
        "collider.electron_energy": energy * math.sqrt(ratio),
        "collider.positron_energy": energy / math.sqrt(ratio),
        "collider.crossing_angle": angle,
    }


def _inside(rng: np.random.Generator) -> float:
    """Fraction between 0 and 1, often very near to one of them."""
    edge = _log(rng, 1e-9, 0.5)
    return (edge, 1.0 - edge, float(rng.uniform(0.001, 0.999)))[rng.integers(3)]


def _model(rng: np.random.Generator, sqrt_s: float) -> dict[str, Any]:
    if rng.random() < 0.6:
        m_aprime = max(sqrt_s * _inside(rng), 0.01)
        pair = m_aprime * max(_inside(rng), 1e-3)
    else:
        pair = max(sqrt_s * _inside(rng), 0.01)
        m_aprime = pair * (1.0 + (1e-6, 0.3, 3.0)[rng.integers(3)] * rng.standard_exponential())
        if rng.random() < 0.5:
            m_aprime = pair * float(rng.uniform(0.5, 1.0))
    delta = pair * max(0.99 * _inside(rng), 1e-9)
    delta = min(delta, 0.999 * m_aprime, 0.999 * pair)
    production = "auto" if pair < m_aprime or m_aprime > sqrt_s else "off-shell"
    return {
        "run.production": production,
        "model.kind": str(rng.choice(["scalar", "pseudo-dirac"])),
        "model.m_aprime": m_aprime,
        "model.m1": 0.5 * (pair + delta),
        "model.m2": 0.5 * (pair - delta),
        "model.epsilon": _log(rng, 1e-9, 0.1),
        "model.g_d": _log(rng, 1e-4, 3.5),
    }


def _box(rng: np.random.Generator) -> dict[str, Any]:
    distance = _log(rng, 0.01, 1e3)
    size = [
        _log(rng, 1e-3, 30.0) if rng.random() < 0.3 else distance * _log(rng, 1e-4, 3.0)
        for _ in range(3)
    ]
    facing: Any = ("ip", "beam", _direction(rng).tolist())[rng.integers(3)]
    position = (distance * _direction(rng)).tolist()
    if facing == "beam" and position[2] == 0.0:
        facing = "ip"
    roll = 0.0 if rng.random() < 0.5 else float(rng.uniform(-3.0, 3.0))
    return {
        "shape": "box",
        "position": position,
        "size": [max(side, 1e-5) for side in size],
        "facing": facing,
        "roll": roll,
    }


def _cylinder(rng: np.random.Generator) -> dict[str, Any]:
    outer = _log(rng, 0.01, 30.0)
    low = outer * float(rng.normal(scale=3.0))
    shell: dict[str, Any] = {
        "shape": "cylinder",
        "outer_radius": outer,
        "inner_radius": 0.0 if rng.random() < 0.3 else outer * _inside(rng),
        "z_min": low,
        "z_max": low + outer * _log(rng, 1e-3, 30.0),
    }
    if rng.random() < 0.3:
        shell["axis"] = _direction(rng).tolist()
    if rng.random() < 0.3:
        shell["position"] = (_log(rng, 0.1, 100.0) * _direction(rng)).tolist()
    elif rng.random() < 0.5:
        ends = np.sort(rng.uniform(0.0, math.pi, 2))
        shell["theta_min"], shell["theta_max"] = float(ends[0]), float(ends[1])
    return shell


def _polyhedron(rng: np.random.Generator) -> dict[str, Any]:
    size = _log(rng, 1e-2, 10.0)
    centre = (0.0 if rng.random() < 0.2 else _log(rng, 0.1, 300.0)) * _direction(rng)
    corners = centre + size * rng.normal(size=(rng.integers(4, 13), 3))
    return {"shape": "polyhedron", "corners": corners.tolist()}


def problems(scenario: Scenario) -> list[str]:
    """Whatever is wrong with the numbers of a scenario, one line each."""
    point = mass_point(scenario)
    g_d = scenario.model.g_d
    with np.errstate(all="raise", under="ignore"):
        wrong = _of_masses(point, g_d)
    probability = point.decay_probability("A", COUPLINGS, g_d)
    wrong += _wrong("decay_probability", probability, high=1.0)
    events = point.expected_events("A", COUPLINGS, g_d, LUMINOSITY)
    wrong += _wrong("expected_events", events)
    everything = point.expected_events("A", COUPLINGS, g_d, LUMINOSITY, efficiency="unity")
    if np.any(events > everything * (1.0 + 1e-9)):
        wrong.append("expected_events: more are detected than decay")
    for flag in point.flags(scenario.model.epsilon, g_d):
        if not flag or "\n" in flag or "nan" in flag:
            wrong.append(f"flag: {flag!r}")
    return wrong


def _of_masses(point: MassPoint, g_d: float) -> list[str]:
    """What is wrong with numbers that do not depend on the detector."""
    wrong = _wrong("cross_section_hat", point.cross_section_hat)
    for name, width in (point.visible_width_hats | point.excited_width_hats).items():
        wrong += _wrong(f"width {name}", width)
    ctau = point.ctau(COUPLINGS, g_d)
    if np.any(np.isnan(ctau)) or not np.all(ctau > 0.0):
        wrong.append(f"ctau: {ctau}")
    wrong += _wrong("branching_dark", point.branching_dark(COUPLINGS, g_d), high=1.0)
    model = point.model
    relic = omega_h2(model, model.m_aprime, model.m1, model.m2, COUPLINGS[::6], g_d)
    # Not a number is what it gives where it cannot be computed, which commands say in words.
    if np.any(relic <= 0.0) or (np.any(np.isnan(relic)) and model.m2 > LIGHTEST_RELIC):
        wrong.append(f"omega_h2: {relic}")
    return wrong


def _wrong(name: str, values: Any, high: float = math.inf) -> list[str]:
    array = np.asarray(values)
    good = np.isfinite(array) & (array >= 0.0) & (array <= high)
    return [] if np.all(good) else [f"{name}: {array[~good].flat[0]}"]


def batch(seed: int, index: int, number: int) -> Outcome:
    """Do a batch of points."""
    outcome = Outcome()
    for case, rng in cases(seed, index, number):
        values = values_of(rng)
        label = f"seed {seed}, batch {index}, case {case}"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                scenario = load_scenario("belle2-forward", values)
                wrong = problems(scenario)
            except InputError as error:
                outcome.counts["refused in one line"] += 1
                if "\n" in str(error):
                    outcome.fail(f"{label}: refused in more than one line: {error}")
                continue
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                wrong = [f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"]
        wrong += [
            f"warning: {warning.message}"
            for warning in caught
            if not issubclass(warning.category, UserWarning)
        ]
        if len(caught) > MANY_WARNINGS:
            wrong.append(f"{len(caught)} warnings")
        if wrong:
            outcome.fail(f"{label}: {'; '.join(wrong[:3])}; {values}")
            continue
        outcome.counts["fine"] += 1
        outcome.counts[f"fine: {values['detectors.A']['shape']}"] += 1
        if values.get("run.efficiency"):
            outcome.counts["fine: simulated efficiency"] += 1
        if caught:
            outcome.counts["fine: with a warning"] += 1
    return outcome


CHECK: Final = Check(
    "odd but valid points give finite numbers that are not negative, without warnings",
    batch,
    100_000,
    50,
)
