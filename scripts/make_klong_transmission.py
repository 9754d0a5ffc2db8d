"""Write which fraction of K_L0 a thickness of iron or tungsten transmits, from Geant4.

Usage::

    python scripts/make_klong_transmission.py [--number 250] [--repetitions 3] [--seed 7]
        [--workers 1] [--work FOLDER] [--out src/wayside/data/klong_transmission.csv]

A beam of K_L0 crosses slabs one after the other. What leaves a slab forward and can become a K_L0
(strange hadrons) is resampled to the same number before the next, so that a transmission of 1e-9 is
reached with a few thousand particles a slab. Energies and directions are kept, positions across
are not: the slab is wide, and what scatters out of a face is made up for by what scatters into it.
Each repetition starts afresh with its own seed; the error is that of their mean, from their scatter
at all energies together.

Every repetition at each energy is kept in the work folder when it is done: a run that was stopped
goes on with the same command. Each runs in a process of its own, as Geant4 ends the process on what
it takes for fatal.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, command_of, geant4_words, write_table

from wayside.constants import M_KAON_NEUTRAL
from wayside.tasks import TaskTable

K_LONG = 130
STRANGE = (130, 310, 321, -321, 3122, -3122, 3112, 3222, -3112, -3222, 3312, 3322)
MASS = 1e3 * M_KAON_NEUTRAL

ENERGIES = (100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 7000.0)
"""Kinetic, in MeV."""

# Thickness of a stage, stages between rows, rows: mm. Cascades grow faster than the slab.
STAGES = {"iron": (50.0, 1, 20), "tungsten": (25.0, 2, 30)}
SIZE = (4000.0, 4000.0)
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def transmission(name: str, energy: float, number: int, seed: int) -> dict[str, Any]:
    """One beam through the whole depth: what is left after each row's thickness."""
    from wayside.detector.materials import IRON, TUNGSTEN
    from wayside.detector.physics import Physics
    from wayside.transport.datasets import find
    from wayside.transport.plan import chunk_seed
    from wayside.transport.slab import Slab, beam, resampled

    step, stages, rows = STAGES[name]
    material = {"iron": IRON, "tungsten": TUNGSTEN}[name]
    slab = Slab(material, step, SIZE, Physics(production_cut=1.0), find("auto"))
    rng = np.random.default_rng([seed, 1])
    state = beam(K_LONG, energy, number)
    behind: list[dict[str, Any]] = []
    for stage in range(stages * rows):
        out = slab.through(state, chunk_seed(seed, stage))
        kaons = out[out["pdg"] == K_LONG]
        if (stage + 1) % stages == 0:
            weight = kaons["weight"] / kaons["weight"].sum()
            order = np.argsort(kaons["energy"])
            edges = np.cumsum(weight[order])
            places = np.minimum(np.searchsorted(edges, QUANTILES), len(kaons) - 1)
            behind.append(
                {
                    "thickness": (stage + 1) * step,
                    "transmission": float(kaons["weight"].sum()),
                    "energy": float(weight @ kaons["energy"]),
                    "cosine": float(weight @ kaons["direction"][:, 2]),
                    "quantiles": kaons["energy"][order][places].tolist(),
                }
            )
        strange = out[np.isin(out["pdg"], STRANGE)]
        state = resampled(strange, number, rng)
        state["position"][:] = 0.0
    return {"rows": behind}


Runs = dict[tuple[str, float], list[list[dict[str, Any]]]]
"""Rows of each repetition by metal and energy."""


def pooled(runs: list[list[list[dict[str, Any]]]]) -> np.ndarray:
    """Relative error of a mean over repetitions at each thickness, from all energies."""
    values = np.array(
        [[[row["transmission"] for row in rows] for rows in repetitions] for repetitions in runs]
    )
    relative = values.std(axis=1, ddof=1) / values.mean(axis=1) / np.sqrt(values.shape[1])
    return np.sqrt(np.mean(relative**2, axis=0))


def write(path: Path, runs: Runs, engine: dict[str, Any], command: str) -> None:
    """The table: the mean of the repetitions and its error."""
    header = {
        "title": "Fraction of K_L0 that leave a wide slab forward, and their energy",
        "origin": f"{geant4_words(engine)}, by scripts/make_klong_transmission.py",
        "version": "1",
        "units": "material 0 iron (7.874 g/cm3), 1 tungsten (19.3 g/cm3); energy kinetic in GeV;"
        " thickness in m; transmission dimensionless, error of its logarithm; mean_energy and the"
        " quantiles of the survivors' kinetic energies in GeV; mean_cosine to the beam",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with public code)",
        "command": command,
    }
    columns = (
        *("material", "energy", "thickness", "transmission", "log_error"),
        *("mean_energy", "mean_cosine", *(f"q{int(100 * q)}" for q in QUANTILES)),
    )
    lines = []
    for number, name in enumerate(STAGES):
        errors = pooled([runs[name, energy] for energy in ENERGIES])
        for energy in ENERGIES:
            for rows, error in zip(zip(*runs[name, energy], strict=True), errors, strict=True):
                value = np.array([row["transmission"] for row in rows])
                means = [np.mean([row[key] for row in rows]) for key in ("energy", "cosine")]
                quantiles = np.mean([row["quantiles"] for row in rows], axis=0) / 1e3
                cells = [
                    f"{number}",
                    f"{energy / 1e3:g}",
                    f"{rows[0]['thickness'] / 1e3:g}",
                    f"{value.mean():.4e}",
                    f"{error:.3f}",
                    f"{means[0] / 1e3:.4g}",
                    f"{means[1]:.4f}",
                    *(f"{q:.3g}" for q in quantiles),
                ]
                lines.append(cells)
    write_table(path, header, columns, lines)


def main() -> None:
    """Do what is missing and write the table."""
    from wayside.transport.datasets import find
    from wayside.transport.engine import engine_record

    parser = arguments(
        __doc__,
        number=250,
        repetitions=3,
        seed=7,
        workers=True,
        work="build/klong",
        out="src/wayside/data/klong_transmission.csv",
    )
    options = parser.parse_args()
    tasks = {}
    for repetition in range(options.repetitions):
        for place, name in enumerate(STAGES):
            for index, energy in enumerate(ENERGIES):
                seed = 10000 * options.seed + 1000 * repetition + 100 * place + index
                given = {"name": name, "energy": energy, "number": options.number, "seed": seed}
                tasks[f"{name}_{energy:g}_{options.number}_{seed}"] = given
    engine = engine_record(find("auto"))
    table = TaskTable(transmission, options.work, tasks, engine)
    table.run(options.workers, fresh=True, report=lambda line: print(line, flush=True))
    runs: Runs = {}
    for task, result in table.results():
        given = tasks[task]
        runs.setdefault((given["name"], given["energy"]), []).append(result["rows"])
    command = command_of(options, "number", "repetitions", "seed")
    write(options.out, runs, engine, command)


if __name__ == "__main__":
    main()
