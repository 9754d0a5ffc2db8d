"""Write what share of K_L0 a thickness of iron or tungsten lets through, from Geant4.

Usage::

    python scripts/make_klong_transmission.py [--number 250] [--repetitions 3] [--seed 7]
        [--workers 1] [--work FOLDER] [--out src/wayside/data/klong_transmission.csv]

A beam of K_L0 crosses slabs one after the other. What leaves a slab forward and can become a K_L0
(strange hadrons) is resampled to the same number before the next, so that a share of 1e-9 is
reached with a few thousand particles a slab. Energies and directions are kept, positions across
are not: the slab is wide, and what scatters out of a face is made up for by what scatters into it.
Each repetition starts afresh with its own seed; the error is that of their mean, from their scatter
at all energies together.

Every repetition at each energy is kept in the work folder when it is done: a run that was stopped
goes on with the same command. Each runs in a process of its own, as Geant4 ends the process on what
it takes for fatal.
"""

import argparse
import json
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from wayside.constants import M_KAON_NEUTRAL

K_LONG = 130
STRANGE = (130, 310, 321, -321, 3122, -3122, 3112, 3222, -3112, -3222, 3312, 3322)
MASS = 1e3 * M_KAON_NEUTRAL

ENERGIES = (100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 7000.0)
"""Kinetic, in MeV."""

# Thickness of a stage, stages between rows, rows: mm. Cascades grow faster than the slab.
STAGES = {"iron": (50.0, 1, 20), "tungsten": (25.0, 2, 30)}
SIZE = (4000.0, 4000.0)
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


def task(name: str, energy: float, number: int, seed: int) -> dict[str, Any]:
    """One beam through the whole depth: what is left after each row's thickness."""
    from wayside.detector.materials import IRON, TUNGSTEN
    from wayside.detector.physics import Physics
    from wayside.transport.datasets import find
    from wayside.transport.plan import chunk_seed
    from wayside.transport.slab import Slab, beam, resampled

    step, each, rows = STAGES[name]
    data = find("auto")
    material = {"iron": IRON, "tungsten": TUNGSTEN}[name]
    slab = Slab(material, step, SIZE, Physics(production_cut=1.0), data)
    rng = np.random.default_rng([seed, 1])
    state = beam(K_LONG, energy, number)
    found: list[dict[str, Any]] = []
    start = time.process_time()
    for stage in range(each * rows):
        out = slab.through(state, chunk_seed(seed, stage))
        kaons = out[out["pdg"] == K_LONG]
        if (stage + 1) % each == 0:
            weight = kaons["weight"] / kaons["weight"].sum()
            order = np.argsort(kaons["energy"])
            edges = np.cumsum(weight[order])
            places = np.minimum(np.searchsorted(edges, QUANTILES), len(kaons) - 1)
            found.append(
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
    return {
        "rows": found,
        "cpu": time.process_time() - start,
        "data": data.summary(),
    }


def name_of(name: str, energy: float, number: int, seed: int) -> str:
    """File of a task."""
    return f"{name}_{energy:g}_{number}_{seed}.json"


def run_task(work: Path, name: str, energy: float, number: int, seed: int) -> None:
    """Do a task in a process of its own, twice if it dies."""
    file = work / name_of(name, energy, number, seed)
    if file.is_file():
        return
    command = [sys.executable, __file__, "--task", name, str(energy), str(number), str(seed)]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode == 0 and lines:
            aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
            aside.write_text(lines[-1], encoding="utf-8")
            aside.replace(file)
            last = json.loads(lines[-1])
            print(
                f"{name} {energy:g} MeV seed {seed}: {last['rows'][-1]['transmission']:.3g}"
                f" in {last['cpu']:.0f} s",
                flush=True,
            )
            return
        print(f"{file.name}: died, {done.stderr.strip().splitlines()[-1:]}", flush=True)
    message = f"{file.name}: failed twice; the same command tries again"
    raise SystemExit(message)


def pooled(runs: list[list[list[dict[str, Any]]]]) -> np.ndarray:
    """Relative error of a mean over repetitions at each thickness, from all energies."""
    values = np.array([[[row["transmission"] for row in one] for one in each] for each in runs])
    relative = values.std(axis=1, ddof=1) / values.mean(axis=1) / np.sqrt(values.shape[1])
    return np.sqrt(np.mean(relative**2, axis=0))


def write(path: Path, work: Path, tasks: list[tuple[str, float, int, int]], command: str) -> None:
    """The table: the mean of the repetitions and its error."""
    import calzone

    about = json.loads((work / name_of(*tasks[0])).read_text(encoding="utf-8"))["data"]
    header = {
        "title": "Share of K_L0 that leave a wide slab forward, and their energy",
        "origin": f"Geant4 {calzone.GEANT4_VERSION} FTFP_BERT through calzone {calzone.VERSION},"
        f" {about['kind']} data {about['version']}, by scripts/make_klong_transmission.py",
        "version": "1",
        "units": "material 0 iron (7.874 g/cm3), 1 tungsten (19.3 g/cm3); energy kinetic in GeV;"
        " thickness in m; transmission dimensionless, error of its logarithm; mean_energy and the"
        " quantiles of the survivors' kinetic energies in GeV; mean_cosine to the beam",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with public code)",
        "command": command,
    }
    lines = [f"# {key}: {value}" for key, value in header.items()]
    names = [f"q{int(100 * q)}" for q in QUANTILES]
    lines.append(
        "material,energy,thickness,transmission,log_error,mean_energy,mean_cosine,"
        + ",".join(names)
    )
    for number, name in enumerate(STAGES):
        runs = {
            energy: [
                json.loads((work / name_of(*each)).read_text(encoding="utf-8"))["rows"]
                for each in tasks
                if each[:2] == (name, energy)
            ]
            for energy in ENERGIES
        }
        errors = pooled(list(runs.values()))
        for energy in ENERGIES:
            for rows, error in zip(zip(*runs[energy], strict=True), errors, strict=True):
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
                lines.append(",".join(cells))
    aside = path.with_name(f".{path.name}.part")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(path)
    print(f"{path}: {len(lines) - len(header) - 1} rows")


def main() -> None:
    """Do what is missing and write the table."""
    if sys.argv[1:2] == ["--task"]:
        name, energy, number, seed = sys.argv[2:6]
        print(json.dumps(task(name, float(energy), int(number), int(seed))), flush=True)
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--number", type=int, default=250)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("build/klong"))
    parser.add_argument("--out", type=Path, default=Path("src/wayside/data/klong_transmission.csv"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    tasks = []
    for repetition in range(options.repetitions):
        for place, name in enumerate(STAGES):
            for index, energy in enumerate(ENERGIES):
                seed = 10000 * options.seed + 1000 * repetition + 100 * place + index
                tasks.append((name, energy, options.number, seed))
    with ThreadPoolExecutor(options.workers) as pool:
        for done in [pool.submit(run_task, options.work, *each) for each in tasks]:
            done.result()
    command = (
        f"python scripts/make_klong_transmission.py --number {options.number}"
        f" --repetitions {options.repetitions} --seed {options.seed}"
    )
    write(options.out, options.work, tasks, command)


if __name__ == "__main__":
    main()
