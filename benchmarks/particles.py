"""Single particles: one mass point with 121 couplings by model, and one of 1e5 particles of a file.

Usage: ``python -m benchmarks.particles``. Prints medians of processor time, the compiled code
being loaded before; beside each the ratio to a mass point of a pair of states in the same detector.
"""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity.key_plane import expected_events, point_of

COUPLINGS = 121
PARTICLES = 100_000
SCENARIO = "belle2-forward-beams"

MODELS = {
    "pair of states": {},
    "dark-photon": {"model.kind": "dark-photon", "model.mass": 0.3, "model.epsilon": 1e-6},
    "alp-photon": {"model.kind": "alp-photon", "model.mass": 0.5, "model.g_photon": 1e-6},
    "dark-higgs": {"model.kind": "dark-higgs", "model.mass": 0.5, "model.sin_theta": 1e-4},
    "hnl, tau to pi N alone": {
        "model.kind": "hnl",
        "model.mass": 0.5,
        "model.u2_tau": 1e-4,
        "run.processes": ["tau -> pi N"],
    },
    "hnl": {"model.kind": "hnl", "model.mass": 0.5, "model.u2_tau": 1e-4},
}


def median_seconds(function: Callable[[], object], repeats: int = 9) -> float:
    """Median processor time of a call, the first one left out."""
    function()
    times = []
    for _ in range(repeats):
        start = process_time()
        function()
        times.append(process_time() - start)
    return statistics.median(times)


def mass_point(scenario: Scenario) -> Callable[[], object]:
    """What a mass point with its couplings in detector A costs, as a call."""
    values = scenario.model.couplings
    swept = max(values, key=lambda name: values[name])
    couplings = {name: np.full(COUPLINGS, value) for name, value in values.items()}
    couplings[swept] = values[swept] * np.geomspace(1e-2, 1e2, COUPLINGS)
    if swept == "g_d":
        couplings["g_d"] = np.geomspace(1e-3, 3.0, COUPLINGS)
    return lambda: expected_events(point_of(scenario), "A", couplings, 1.0)


def sample_file(folder: Path) -> Path:
    """A file of particles, even in all directions."""
    rng = np.random.default_rng(1)
    cosine, azimuth = rng.uniform(-1.0, 1.0, PARTICLES), rng.uniform(0.0, 2.0 * np.pi, PARTICLES)
    sine = np.sqrt(1.0 - cosine**2)
    size = rng.uniform(1.0, 5.0, PARTICLES)
    parts = [size * sine * np.cos(azimuth), size * sine * np.sin(azimuth), size * cosine]
    columns = dict(zip(("px", "py", "pz"), parts, strict=True))
    columns["energy"] = np.hypot(size, 0.5)
    path = folder / "particles.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def main() -> None:
    """Print one line for each model."""
    reference = 0.0
    for name, values in MODELS.items():
        seconds = median_seconds(mass_point(load_scenario(SCENARIO, values)))
        reference = reference or seconds
        print(f"{name:24} {1e3 * seconds:8.1f} ms  {seconds / reference:6.2f}")
    with tempfile.TemporaryDirectory() as place:
        values = {
            "model.kind": "from-file",
            "model.file": str(sample_file(Path(place))),
            "model.pdg_id": 51,
            "model.ctau_m": 1.0,
            "model.cross_section_fb": 1.0,
            "model.frame": "cm",
        }
        seconds = median_seconds(mass_point(load_scenario(SCENARIO, values)), 3)
        print(f"{'from-file, 1e5':24} {1e3 * seconds:8.1f} ms  {seconds / reference:6.2f}")


if __name__ == "__main__":
    main()
