"""Build ``src/wayside/data/lead_leakage.csv``: what comes out behind lead, from Geant4.

Usage: ``python scripts/make_lead_leakage.py OUTPUT [--events N] [--workers N] [--work FOLDER]``.
Needs the extra ``simulation``. Photons, electrons and neutrons of one energy fall at right angles
on slabs of lead 2 m wide; what leaves the far side is counted. Every row is kept in the work folder
when it is done; a run that was stopped goes on with the same command. A quarter of an hour of one
core.
"""

import os
import zlib
from pathlib import Path

import numpy as np
from table_script import arguments

from wayside.files import write_text
from wayside.tasks import TaskTable

HEADER = """\
# title: What comes out behind slabs of lead, for each particle that goes in at right angles
# origin: own simulation with Geant4 {geant4} (calzone {calzone}, FTFP_BERT, production cut 0.7 mm, data: {data})
# version: 1
# units: pdg by the Monte Carlo numbering scheme; kinetic in GeV; thickness in m; photons above 1 MeV, photons above 20 MeV, electrons and positrons above 10 MeV, neutrons above 0.1 MeV: a mean number for each that goes in; energy: all of these over the kinetic energy; events simulated
# date: 2026-11-25
# licence: own computation
# command: python scripts/make_lead_leakage.py src/wayside/data/lead_leakage.csv --events {events}
"""  # noqa: E501

ENERGIES = {
    22: (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 7.0),
    11: (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 7.0),
    2112: (0.001, 0.01, 0.1, 1.0),
}
THICKNESSES = (0.05, 0.10, 0.15, 0.20)
COLUMNS = ("photons", "hard_photons", "electrons", "neutrons", "energy")


def behind(pdg: int, kinetic: float, thickness: float, events: int) -> dict[str, list[float]]:
    """Mean numbers behind the slab, in the order of `COLUMNS`."""
    from wayside.transport.datasets import VARIABLE, find

    os.environ[VARIABLE] = str(find("auto").folder)
    import calzone

    depth = 100.0 * thickness
    slab = {
        "box": [200.0, 200.0, depth],
        "material": "G4_Pb",
        "role": "catch_outgoing",
    }
    world = {"box": [210.0, 210.0, depth + 10.0], "material": "G4_Galactic", "Slab": slab}
    simulation = calzone.Simulation(calzone.Geometry({"World": world}))
    simulation.physics.had_model = "FTFP_BERT"
    simulation.physics.default_cut = 0.07
    simulation.sample_deposits = None
    simulation.sample_particles = True
    # By name, so that adding a row changes no other; odd, as seeds 2k and 2k + 1 are one stream.
    simulation.random.seed = 2 * zlib.crc32(f"{pdg} {kinetic} {thickness}".encode()) + 1
    particles = calzone.particles(events)
    particles["pid"] = pdg
    particles["energy"] = 1e3 * kinetic
    particles["position"] = (0.0, 0.0, -0.5 * depth - 1.0)
    particles["direction"] = (0.0, 0.0, 1.0)
    result = simulation.run(particles)
    out = next(iter(result.particles.values())) if hasattr(result, "particles") else result
    out = next(iter(out.values())) if isinstance(out, dict) else out
    out = out[out["position"][:, 2] > 0.5 * depth - 1e-6]
    pid, energy = out["pid"], out["energy"]
    photons = pid == 22
    kinds = (
        photons & (energy > 1.0),
        photons & (energy > 20.0),
        (np.abs(pid) == 11) & (energy > 10.0),
        (pid == 2112) & (energy > 0.1),
    )
    carried = energy[kinds[0] | kinds[2] | kinds[3]].sum()
    numbers = [float(kind.sum()) / events for kind in kinds]
    return {"numbers": [*numbers, float(carried) / (1e3 * kinetic * events)]}


def main() -> None:
    """Simulate what is missing, then write the table."""
    from wayside.transport.datasets import find
    from wayside.transport.engine import engine_record

    parser = arguments(__doc__, events=40000, workers=True, work="build/lead")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    tasks = {}
    for pdg, energies in ENERGIES.items():
        for kinetic in energies:
            # Showers cost in proportion to their energy.
            events = max(300, int(options.events * min(1.0, 0.03 / kinetic)))
            for thickness in THICKNESSES:
                tasks[f"{pdg}_{kinetic:g}_{thickness:g}_{events}"] = {
                    "pdg": pdg,
                    "kinetic": kinetic,
                    "thickness": thickness,
                    "events": events,
                }
    engine = engine_record(find("auto"))
    table = TaskTable(behind, options.work, tasks, engine)
    table.run(options.workers, report=lambda line: print(line, flush=True))
    lines = [",".join(("pdg", "kinetic", "thickness", *COLUMNS, "events"))]
    for name, result in table.results():
        slab = tasks[name]
        numbers = ",".join(f"{value:.4g}" for value in result["numbers"])
        lines.append(
            f"{slab['pdg']},{slab['kinetic']:g},{slab['thickness']:g},{numbers},{slab['events']}"
        )
    header = HEADER.format(
        geant4=engine["geant4"],
        calzone=engine["calzone"],
        data=engine["data"]["kind"],
        events=options.events,
    )
    write_text(options.output, header + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
