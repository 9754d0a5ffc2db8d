"""Follow K_L0, or neutrons, through the study's shield in Geant4, and write what comes out.

Usage::

    python scripts/make_shield_neutrons.py [--hadron klong|neutron] [--number 300]
        [--repetitions 6] [--seed 21] [--workers 1] [--work FOLDER]
        [--out src/wayside/data/HADRON_shield_neutrons.csv]

The spectrum of ``belle2-forward`` enters 30 cm of wide iron, then 1.3 m of tungsten as wide as the
detector and its lead, with nothing beside it: what leaves by the sides is lost. K_L0 and other
strange hadrons are resampled by their weight before each slab; nucleons and pions above 50 MeV by
weight times energy, in a population of their own, since neutrons outlive K_L0. The K_L0 are a check
of the tables of transmission, which know wide slabs and one metal at a time.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, command_of, geant4_words, write_table

from wayside.tasks import TaskTable

STRANGE = (130, 310, 321, -321, 3122, -3122, 3112, 3222, -3112, -3222, 3312, 3322)
OTHERS = (2112, -2112, 2212, -2212, 211, -211)
LEAST = 50.0
IRON, TUNGSTEN = (50.0, 6), (50.0, 26)
WIDTH = (422.0, 522.0)
"""mm: the study's front face of 20 cm x 30 cm, 10 cm of lead and 1 cm of fibres around."""
FACE = (200.0, 300.0)


NAMES = {"klong": "K_L0", "neutron": "neutrons"}

COUNTED = (
    ("klong", (130,), 0.0),
    ("n100", (2112, -2112), 100.0),
    ("n200", (2112, -2112), 200.0),
    ("n500", (2112, -2112), 500.0),
    ("n1000", (2112, -2112), 1000.0),
    ("charged", (2212, 211, -211, 321, -321), 100.0),
)
"""Name, kinds, least kinetic energy in MeV."""


def important(rows: Any, number: int, rng: np.random.Generator) -> Any:
    """So many particles drawn by weight times energy."""
    from wayside.transport.slab import resampled

    raised = rows.copy()
    raised["weight"] *= rows["energy"]
    drawn = resampled(raised, number, rng)
    drawn["weight"] /= drawn["energy"]
    return drawn


def incoming(hadron: str, number: int, rng: np.random.Generator) -> Any:
    """Particles with the energies of those that would enter the detector."""
    from wayside.backgrounds.klong_production import entering
    from wayside.backgrounds.place import box_of
    from wayside.scenario import load_scenario
    from wayside.transport.slab import beam

    scenario = load_scenario("belle2-forward")
    kind: Any = hadron
    points = entering(scenario.collider.build(), box_of(scenario, "A"), hadron=kind)
    strength = (points.sigma.sum(axis=0) * points.arriving()).sum(axis=1)
    rows = beam(130 if hadron == "klong" else 2112, 1.0, number)
    # One from each of as many slices of equal probability.
    places = (np.arange(number) + rng.random(number)) / number
    rows["energy"] = 1e3 * np.interp(places, np.cumsum(strength) / strength.sum(), points.kinetic)
    return rows


def shielded(hadron: str, number: int, seed: int) -> dict[str, Any]:
    """One pass through the whole shield."""
    from wayside.detector.materials import IRON as IRON_METAL
    from wayside.detector.materials import TUNGSTEN as TUNGSTEN_METAL
    from wayside.detector.physics import Physics
    from wayside.transport.datasets import find
    from wayside.transport.plan import chunk_seed
    from wayside.transport.slab import Slab

    data = find("auto")
    rng = np.random.default_rng(seed)
    state = incoming(hadron, number, rng)
    stages = [(IRON_METAL, IRON, (4000.0, 4000.0)), (TUNGSTEN_METAL, TUNGSTEN, WIDTH)]
    rows = []
    stage = 0
    depth = 0.0
    for metal, (step, count), size in stages:
        slab = Slab(metal, step, size, Physics(production_cut=1.0), data)
        if metal is TUNGSTEN_METAL:
            state["position"][:, :2] = (rng.random((len(state), 2)) - 0.5) * WIDTH
        for _ in range(count):
            out = slab.through(state, chunk_seed(seed, stage))
            stage += 1
            depth += step
            face = np.all(np.abs(out["position"][:, :2]) < 0.5 * np.array(FACE), axis=1)
            area = FACE[0] * FACE[1] / (size[0] * size[1])
            entry: dict[str, Any] = {"metal": metal.name, "depth": depth}
            for name, pdg, least in COUNTED:
                chosen = np.isin(out["pdg"], pdg) & (out["energy"] > least)
                entry[name] = float(out["weight"][chosen].sum())
                # For each K_L0 that heads for the face itself.
                entry[f"{name}_face"] = float(out["weight"][chosen & face].sum() / area)
            rows.append(entry)
            strange = out[np.isin(out["pdg"], STRANGE)]
            other = out[np.isin(out["pdg"], OTHERS) & (out["energy"] > LEAST)]
            parts = [important(drawn, number, rng) for drawn in (strange, other) if len(drawn)]
            state = np.concatenate(parts)
            if size[0] > 1000.0:
                state["position"][:] = 0.0
    return {"rows": rows}


def write(
    path: Path, hadron: str, runs: list[list[dict[str, Any]]], engine: dict[str, Any], command: str
) -> None:
    """The table, a row for 10 cm: numbers for each that enters, and their relative errors."""
    header = {
        "title": f"K_L0, neutrons and charged hadrons behind a shield that {NAMES[hadron]} enter",
        "origin": f"{geant4_words(engine)}, by scripts/make_shield_neutrons.py",
        "version": "1",
        "units": "iron and tungsten in m; numbers for each of belle2-forward that enters: K_L0,"
        " neutrons and antineutrons above 0.1, 0.2, 0.5 and 1 GeV, charged hadrons above 0.1 GeV;"
        " through tungsten those that leave over the detector's front face for each that"
        " heads for it, and klong_wide those that leave anywhere; errors relative, statistical",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with public code)",
        "command": command,
    }
    names = [name for name, _, _ in COUNTED]
    counted = [column for name in names for column in (name, f"{name}_error")]
    lines = []
    for rows in zip(*runs, strict=True):
        depth = 1e-3 * rows[0]["depth"]
        iron = min(depth, 1e-3 * IRON[0] * IRON[1])
        if round(depth * 20) % 2:
            continue
        end = "" if rows[0]["metal"] == "Iron" else "_face"
        cells = [f"{iron:.2f}", f"{depth - iron:.2f}"]
        for name in names:
            values = np.array([row[f"{name}{end}"] for row in rows])
            error = values.std(ddof=1) / np.sqrt(len(values)) / max(values.mean(), 1e-300)
            cells += [f"{values.mean():.3e}", f"{error:.2f}"]
        cells.append(f"{np.mean([row['klong'] for row in rows]):.3e}")
        lines.append(cells)
    write_table(path, header, ["iron", "tungsten", *counted, "klong_wide"], lines)


def main() -> None:
    """Do what is missing and write the table."""
    from wayside.transport.datasets import find
    from wayside.transport.engine import engine_record

    parser = arguments(
        __doc__, number=300, repetitions=6, seed=21, workers=True, work="build/klong"
    )
    parser.add_argument("--hadron", choices=NAMES, default="klong")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    tasks = {}
    for repetition in range(options.repetitions):
        seed = 100 * options.seed + repetition
        prefix = "shield" if options.hadron == "klong" else f"shield_{options.hadron}"
        tasks[f"{prefix}_{options.number}_{seed}"] = {
            "hadron": options.hadron,
            "number": options.number,
            "seed": seed,
        }
    engine = engine_record(find("auto"))
    table = TaskTable(shielded, options.work, tasks, engine)
    table.run(options.workers, fresh=True, report=lambda line: print(line, flush=True))
    runs = [result["rows"] for _, result in table.results()]
    out = options.out or Path(f"src/wayside/data/{options.hadron}_shield_neutrons.csv")
    command = command_of(options, "hadron", "number", "repetitions", "seed")
    write(out, options.hadron, runs, engine, command)


if __name__ == "__main__":
    main()
