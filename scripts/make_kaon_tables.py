"""Write how many K_L0, or neutrons, an e+e- collision makes, and where they go, from Pythia.

Usage::

    python scripts/make_kaon_tables.py [--collider belle2|besiii] [--hadron klong|neutron]
        [--events 250000] [--seed 5] [--workers 1] [--work FOLDER]
        [--out src/wayside/data/HADRON_production_COLLIDER.csv]
    python scripts/make_kaon_tables.py --check

Needs the extra ``generators``. Each class of events is kept in the work folder when it is done, so
a run that was stopped goes on with the same command. ``--check`` counts K0 in the continuum at
9.98 GeV, where ARGUS measured 0.910 +- 0.060 (doi:10.17182/hepdata.15362.v1).
"""

from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from belle2_pythia import COLLIDERS, CONTINUUM, LOWEST_MASS, PAIRS, Collider, append_pair, generator
from table_script import arguments, command_of, write_table

from wayside.constants import M_KAON_NEUTRAL, M_NEUTRON
from wayside.tasks import TaskTable

K_LONG, K_SHORT = 130, 310

P_STEP, P_BINS = 0.05, 106
COSINE_BINS = 10

HADRONS = {
    "klong": ("K_L0", (130,), M_KAON_NEUTRAL),
    "neutron": ("Neutrons and antineutrons", (2112, -2112), M_NEUTRON),
}
"""In words, PDG numbers, mass in GeV."""


def produce(collider: str, hadron: str, kind: str, events: int, seed: int) -> dict[str, Any]:
    """Hadrons of one class of events: histogram in p and abs(cos theta), and how many an event."""
    _, wanted, mass = HADRONS[hadron]
    place = COLLIDERS[collider]
    pythia, lost = generator(kind, place.sqrt_s, seed, hyperons=hadron == "neutron")
    rng = np.random.default_rng(seed)
    seen = np.zeros(10, dtype=np.int64)
    momenta = []
    done = failed = charged = 0
    while done < events:
        if kind in PAIRS:
            append_pair(pythia, place, rng)
        if not pythia.next():
            failed += 1
            continue
        done += 1
        count = 0
        for particle in pythia.event:
            number = particle.id()
            if number in wanted and particle.isFinal():
                count += 1
                momenta.append((particle.px(), particle.py(), particle.pz()))
            elif (number == 321 or number == -321) and particle.isFinal():
                charged += 1
        seen[min(count, 9)] += 1
    vectors = np.array(momenta).reshape(-1, 3)
    p = np.linalg.norm(vectors, axis=1)
    cosine = np.abs(vectors[:, 2]) / p
    histogram, _, _ = np.histogram2d(
        p,
        cosine,
        bins=(np.arange(P_BINS + 1) * P_STEP, np.linspace(0.0, 1.0, COSINE_BINS + 1)),
    )
    energy = np.sqrt(p**2 + mass**2)
    return {
        "kind": kind,
        "events": events,
        "failed": failed,
        "seed": seed,
        "lowest_mass": LOWEST_MASS,
        "lost": lost,
        "sigma_nb": 0.0 if kind in PAIRS else pythia.infoPython().sigmaGen() * 1e6,
        "multiplicity": seen.tolist(),
        "k_charged": charged / events,
        "mean_energy": float(energy.mean()) if len(p) else 0.0,
        "outside": int(len(p) - histogram.sum()),
        "counts": histogram.astype(int).tolist(),
    }


def check(events: int, seed: int) -> None:
    """K0 (K_S0 and K_L0) an event in the continuum at 9.98 GeV, and its flavours' shares."""
    total = norm = 0.0
    for kind, number in CONTINUUM.items():
        # ARGUS corrects for initial-state radiation; charges squared weigh the flavours.
        pythia, _ = generator(kind, 9.98, seed, radiation=False)
        kaons = 0
        done = 0
        while done < events:
            if not pythia.next():
                continue
            done += 1
            kaons += sum(p.isFinal() and p.id() in (K_LONG, K_SHORT) for p in pythia.event)
        weight = (4.0 if number % 2 == 0 else 1.0) / 10.0
        total += weight * kaons / events
        norm += weight
        print(f"{kind}: {kaons / events:.4f} K0 an event", flush=True)
    print(f"K0 in the continuum at 9.98 GeV: {total / norm:.4f}; ARGUS 1989: 0.910 +- 0.060")


def write(
    path: Path, collider: Collider, hadron: str, by_class: dict[str, dict[str, Any]], command: str
) -> None:
    """The table: counts by bin and class, what is needed to normalise them in the header."""
    kinds = list(by_class)
    header = {
        "title": f"{HADRONS[hadron][0]} from e+e- collisions at sqrt(s) = {collider.sqrt_s} GeV in"
        " the centre-of-mass frame",
        "origin": f"Pythia {version('pythia8mc')} with Belle II fragmentation settings; B, D,"
        f" charmonium and charmed-baryon decays of DECAY_BELLE2.DEC (decaylanguage"
        f" {version('decaylanguage')}), by scripts/make_kaon_tables.py",
        "version": "1",
        "units": "p_low in GeV (bins of 0.05), cos_low of |cos theta| (bins of 0.1); counts",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with a public generator)",
        "command": command,
        "sqrt_s": f"{collider.sqrt_s}",
        "mass": f"{HADRONS[hadron][2]}",
        "classes": " ".join(kinds),
        "sigma_nb": " ".join(f"{collider.sigma[kind]}" for kind in kinds),
        "sigma_origin": collider.origin,
        "events": " ".join(str(by_class[kind]["events"]) for kind in kinds),
        "with_one": " ".join(
            f"{1.0 - by_class[kind]['multiplicity'][0] / by_class[kind]['events']:.5f}"
            for kind in kinds
        ),
        "pythia_sigma_nb": " ".join(f"{by_class[kind]['sigma_nb']:.4f}" for kind in kinds)
        + f" (radiation down to a mass of {LOWEST_MASS} GeV; for comparison only)",
        "lost_share": " ".join(
            f"{name} {share:.4f}"
            for name, share in by_class[kinds[0]]["lost"].items()
            if share > 5e-5
        ),
    }
    lines = []
    for i in range(P_BINS):
        for j in range(COSINE_BINS):
            counts = [by_class[kind]["counts"][i][j] for kind in kinds]
            if any(counts):
                cells = [f"{i * P_STEP:.2f}", f"{j / COSINE_BINS:.1f}", *map(str, counts)]
                lines.append(cells)
    write_table(path, header, ["p_low", "cos_low", *kinds], lines)


def main() -> None:
    """Make what is missing and write the table."""
    parser = arguments(__doc__, events=250_000, seed=5, workers=True, work="build/klong")
    parser.add_argument("--collider", choices=COLLIDERS, default="belle2")
    parser.add_argument("--hadron", choices=HADRONS, default="klong")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        check(min(options.events, 50_000), options.seed)
        return
    collider = COLLIDERS[options.collider]
    prefix = collider.prefix
    if options.hadron != "klong":
        prefix += f"_{options.hadron}"
    names = {f"{prefix}_{kind}_{options.events}_{options.seed}": kind for kind in collider.sigma}
    shared = {
        "collider": options.collider,
        "hadron": options.hadron,
        "events": options.events,
        "seed": options.seed,
    }
    tasks = {name: {**shared, "kind": kind} for name, kind in names.items()}
    packages = {name: version(name) for name in ("pythia8mc", "decaylanguage")}
    table = TaskTable(produce, options.work, tasks, packages)
    table.run(options.workers, fresh=True, report=lambda line: print(line, flush=True))
    classes = {names[name]: result for name, result in table.results()}
    for kind, result in classes.items():
        multiplicity = np.array(result["multiplicity"])
        print(
            f"{kind}: P(>=1) {1.0 - multiplicity[0] / multiplicity.sum():.4f},"
            f" mean {multiplicity @ np.arange(len(multiplicity)) / multiplicity.sum():.4f},"
            f" K+- {result['k_charged']:.3f},"
            f" <E> {result['mean_energy']:.3f} GeV, sigma {result['sigma_nb']:.4f} nb,"
            f" {result['failed']} failed, {result['outside']} outside",
            flush=True,
        )
    command = command_of(options, "collider", "hadron", "events", "seed")
    out = Path(f"src/wayside/data/{options.hadron}_production_{options.collider}.csv")
    write(options.out or out, collider, options.hadron, classes, command)


if __name__ == "__main__":
    main()
