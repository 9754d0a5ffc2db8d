"""Write which K_L0 and neutrons cosmic muons knock out of the rock above a detector, from Geant4.

Usage::

    python scripts/make_rock_neutrals.py [--chunks 60] [--muons 200000] [--seed 11] [--workers 1]
        [--work FOLDER] [--out src/wayside/data/rock_neutrals.csv]

Muons with the spectrum and the directions they have below 9 m of rock of 2.5 g/cm^3 cross the last
2 m, more than four interaction lengths; what leaves below is kept particle by particle. Their
energies are drawn with a preference for high ones, which make more; weights undo it. The
muon-nuclear interactions are Geant4's own, not forced: millions of muons are cheap as long as
electrons and photons with short ranges are not followed (production cut 1 m).

Each chunk is kept in the work folder when it is done and runs in a process of its own; a run that
was stopped goes on with the same command.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, command_of, geant4_words, write_table

from wayside.tasks import TaskTable
from wayside.typing import FloatArray

OVERBURDEN, SLAB, DENSITY = 11.0, 2.0, 2.5
K_LONG, NEUTRON = 130, 2112
LEAST_NEUTRON = 100.0
"""MeV, kinetic: below, a nucleus that a neutron breaks up shows no more than black tracks."""

PREFERENCE = 0.8
"""Power of the energy by which high energies are drawn more often."""

ROWS_OF_NEUTRONS = 2000
"""Neutrons that the table keeps, drawn from all."""


def muons(number: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Kinetic energies in GeV, cosines of the zenith angle and weights in m^-2 s^-1.

    Per horizontal square metre; the weights of all together add up to the rate.
    """
    from wayside.backgrounds.cosmic_muons import Site, spectrum

    site = Site(depth=(OVERBURDEN - SLAB) * DENSITY * 100.0)
    edges = np.geomspace(0.7, 5000.0, 241)
    cosines = np.linspace(0.1, 1.0, 91)
    energy = np.sqrt(edges[1:] * edges[:-1])
    middle = 0.5 * (cosines[1:] + cosines[:-1])
    e, c = np.meshgrid(energy, middle, indexing="ij")
    rate = spectrum(site, e, c) * c * 2.0 * np.pi
    rate *= np.diff(edges)[:, None] * np.diff(cosines)
    probability = rate * e**PREFERENCE
    probability /= probability.sum()
    which = rng.choice(probability.size, number, p=probability.ravel())
    i, j = np.unravel_index(which, probability.shape)
    # Within a bin the density is that of the middle: bins are 4 per cent wide.
    kinetic = edges[i] + rng.random(number) * (edges[i + 1] - edges[i])
    cosine = cosines[j] + rng.random(number) * (cosines[j + 1] - cosines[j])
    weight = (rate / probability).ravel()[which] / number
    return kinetic, cosine, weight


def knocked_out(number: int, seed: int) -> dict[str, Any]:
    """Muons through the slab: the neutral hadrons that leave below, and their muon."""
    from wayside.backgrounds.cosmic_flux import POSITIVE_FRACTION
    from wayside.detector.materials import ROCK
    from wayside.detector.physics import Physics
    from wayside.transport.datasets import find
    from wayside.transport.slab import MOVER, Slab

    rng = np.random.default_rng(seed)
    kinetic, cosine, weight = muons(number, rng)
    rows = np.zeros(number, MOVER)
    rows["pdg"] = np.where(rng.random(number) < POSITIVE_FRACTION, -13, 13)
    rows["energy"] = 1e3 * kinetic
    rows["weight"] = weight
    rows["direction"][:, 2] = cosine
    rows["direction"][:, 0] = np.sqrt(1.0 - cosine**2)
    slab = Slab(ROCK, 1e3 * SLAB, (1e5, 1e5), Physics(production_cut=1e3), find("auto"))
    out = slab.through(rows, 2 * seed + 1)
    kind = np.abs(out["pdg"])
    muon = out[kind == 13]
    # A decayed or stopped muon leaves none: no tag by it. The fastest, where there are several.
    order = np.lexsort((-muon["energy"], muon["primary"]))
    muon = muon[order]
    primaries, first = np.unique(muon["primary"], return_index=True)
    survived = float(weight[primaries].sum())
    wanted = (out["pdg"] == K_LONG) | ((kind == NEUTRON) & (out["energy"] > LEAST_NEUTRON))
    neutrals = []
    for particle in out[wanted]:
        parent = int(particle["primary"])
        place = np.searchsorted(primaries, parent)
        there = place < len(primaries) and primaries[place] == parent
        mu = muon[first[place]] if there else None
        away = [0.0, 0.0] if mu is None else (mu["position"] - particle["position"])[:2] / 1e3
        heading = [0.0, 0.0, 0.0] if mu is None else mu["direction"]
        neutrals.append(
            [
                int(particle["pdg"]),
                float(particle["energy"]) / 1e3,
                *map(float, particle["direction"]),
                float(particle["weight"]),
                float(kinetic[parent]),
                float(cosine[parent]),
                *map(float, away),
                *map(float, heading),
                parent,
            ]
        )
    charged = np.isin(kind, (211, 321, 2212))
    return {
        "rows": neutrals,
        "muons": number,
        "rate_in": float(weight.sum()),
        "rate_out": survived,
        "charged_rate": float(out["weight"][charged & (out["energy"] > LEAST_NEUTRON)].sum()),
    }


def thinned(rows: list[list[Any]], number: int, rng: np.random.Generator) -> list[list[Any]]:
    """At most so many rows that stand for all: those of small weight are drawn."""
    if len(rows) <= number:
        return rows
    weights = np.array([row[5] for row in rows])
    low, high = 0.0, weights.sum()
    for _ in range(100):  # the weight that the expected number of survivors asks for
        middle = 0.5 * (low + high)
        low, high = (
            (middle, high) if np.minimum(weights / middle, 1.0).sum() > number else (low, middle)
        )
    keep = rng.random(len(rows)) < weights / high
    return [[*row[:5], max(row[5], high), *row[6:]] for row, k in zip(rows, keep, strict=True) if k]


def write(
    path: Path, chunks: list[dict[str, Any]], engine: dict[str, Any], command: str, seed: int
) -> None:
    """The table: one row a particle."""
    count = len(chunks)
    # Chunks are independent: theirs is the error of the rates.
    rate = {
        pdg: np.array([sum(row[5] for row in c["rows"] if abs(row[0]) == pdg) for c in chunks])
        for pdg in (K_LONG, NEUTRON)
    }
    rng = np.random.default_rng(seed)
    kaons = [row for c in chunks for row in c["rows"] if row[0] == K_LONG]
    neutrons = [row for c in chunks for row in c["rows"] if abs(row[0]) == NEUTRON]
    kept = kaons + thinned(neutrons, ROWS_OF_NEUTRONS, rng)

    def stated(values: FloatArray) -> str:
        return f"{values.mean():.4g} {values.std(ddof=1) / np.sqrt(count):.2g}"

    header = {
        "title": "K_L0 and fast neutrons that cosmic muons knock out of the rock above",
        "origin": f"{geant4_words(engine)}, by scripts/make_rock_neutrals.py; muons of"
        " Guan et al., arXiv:1509.06176",
        "version": "1",
        "units": "a row a particle that leaves the rock downward; kinetic in GeV; direction: z"
        " down, x along the muon's azimuth; weight in m^-2 s^-1 of horizontal rock face;"
        " muon_kinetic in GeV and muon_cosine where it enters the last 2 m; muon_x, muon_y in m,"
        " from the particle to its muon on the face; muon_dx, dy, dz its direction there, 0 if"
        " none leaves",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with public code)",
        "command": command,
        "depth_m": f"{OVERBURDEN}",
        "last_m": f"{SLAB}",
        "density": f"{DENSITY}",
        "muons": f"{sum(c['muons'] for c in chunks)}",
        "muon_rate": stated(np.array([c["rate_out"] for c in chunks])),
        "klong_rate": stated(rate[K_LONG]),
        "neutron_rate": stated(rate[NEUTRON]) + f" above {LEAST_NEUTRON / 1e3:g} GeV",
        "charged_rate": stated(np.array([c["charged_rate"] for c in chunks]))
        + f" of pi+-, K+-, p above {LEAST_NEUTRON / 1e3:g} GeV",
    }
    columns = (
        *("pdg", "kinetic", "x", "y", "z", "weight", "muon_kinetic", "muon_cosine"),
        *("muon_x", "muon_y", "muon_dx", "muon_dy", "muon_dz"),
    )
    lines = []
    for row in kept:
        cells = [str(row[0]), f"{row[1]:.5g}", *(f"{x:.5f}" for x in row[2:5])]
        cells += [f"{row[5] / count:.4e}", f"{row[6]:.4g}", f"{row[7]:.4f}"]
        cells += [f"{x:.4f}" for x in row[8:10]]
        cells += [f"{x:.5f}" for x in row[10:13]]
        lines.append(cells)
    write_table(path, header, columns, lines)
    print(f"{len(kaons)} K_L0, {len(kept) - len(kaons)} of {len(neutrons)} neutrons")
    for key in ("muon_rate", "klong_rate", "neutron_rate", "charged_rate"):
        print(f"{key}: {header[key]} per m^2 s")


def main() -> None:
    """Do what is missing and write the table."""
    from wayside.transport.datasets import find
    from wayside.transport.engine import engine_record

    parser = arguments(
        __doc__,
        chunks=60,
        muons=200_000,
        seed=11,
        workers=True,
        work="build/klong",
        out="src/wayside/data/rock_neutrals.csv",
    )
    options = parser.parse_args()
    seeds = [1000 * options.seed + chunk for chunk in range(options.chunks)]
    tasks = {
        f"rock_{options.muons}_{seed}": {"number": options.muons, "seed": seed} for seed in seeds
    }
    engine = engine_record(find("auto"))
    table = TaskTable(knocked_out, options.work, tasks, engine)
    table.run(options.workers, fresh=True, report=lambda line: print(line, flush=True))
    chunks = [result for _, result in table.results()]
    write(options.out, chunks, engine, command_of(options, "chunks", "muons", "seed"), options.seed)


if __name__ == "__main__":
    main()
