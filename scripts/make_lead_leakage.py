"""Build ``src/wayside/data/lead_leakage.csv``: what comes out behind lead, from Geant4.

Usage: ``python scripts/make_lead_leakage.py OUTPUT [--events N] [--work FILE]``. Needs the extra
``simulation``. Photons, electrons and neutrons of one energy fall at right angles on slabs of lead
2 m wide; what leaves the far side is counted. Every row is kept in the work file when it is done; a
run that was stopped goes on with the same command. A quarter of an hour of one core.
"""

import argparse
import json
import os
import zlib
from pathlib import Path

import numpy as np

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


def behind(pdg: int, kinetic: float, thickness: float, events: int) -> list[float]:
    """Mean numbers behind the slab, in the order of `COLUMNS`."""
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
    return [float(k.sum()) / events for k in kinds] + [float(carried) / (1e3 * kinetic * events)]


def main() -> None:
    """Simulate what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--work", type=Path, default=Path("lead_leakage.jsonl"))
    parser.add_argument("--events", type=int, default=40000)
    arguments = parser.parse_args()

    from wayside.transport.datasets import VARIABLE, find

    data = find("auto")
    os.environ[VARIABLE] = str(data.folder)
    import calzone

    known = {}
    if arguments.work.exists():
        rows = (json.loads(line) for line in arguments.work.read_text().splitlines())
        known = {tuple(row["key"]): row["values"] for row in rows}
    lines = [",".join(("pdg", "kinetic", "thickness", *COLUMNS, "events"))]
    for pdg, energies in ENERGIES.items():
        for kinetic in energies:
            # Showers cost in proportion to their energy.
            events = max(300, int(arguments.events * min(1.0, 0.03 / kinetic)))
            for thickness in THICKNESSES:
                key = (pdg, kinetic, thickness, events)
                if key not in known:
                    known[key] = behind(pdg, kinetic, thickness, events)
                    with arguments.work.open("a") as file:
                        file.write(json.dumps({"key": key, "values": known[key]}) + "\n")
                    print(*key, *known[key], flush=True)
                numbers = ",".join(f"{value:.4g}" for value in known[key])
                lines.append(f"{pdg},{kinetic:g},{thickness:g},{numbers},{events}")
    header = HEADER.format(
        geant4=calzone.GEANT4_VERSION,
        calzone=calzone.VERSION,
        data=data.kind,
        events=arguments.events,
    )
    aside = arguments.output.with_suffix(".part")
    aside.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(arguments.output)


if __name__ == "__main__":
    main()
