"""Measure reconstruction on Geant4's particles: the tables of docs/theory/reconstruction.md.

    python scripts/measure_reconstruction.py --out FOLDER

Single particles of known momenta from the front face, and pairs from inside the first block, all
with seeds; runs are kept in the folder, so that the command may be stopped and repeated. Five
minutes of one core.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from wayside.constants import M_ELECTRON, M_MUON, M_PION
from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.reconstruction.chains import chains
from wayside.reconstruction.files import Run
from wayside.reconstruction.job import Job, respond
from wayside.reconstruction.linking import links
from wayside.reconstruction.run import origins, read_result, reconstruct_run
from wayside.reconstruction.track_fit import ELECTRON
from wayside.reconstruction.tracks import fit_tracks, momentum_times_beta
from wayside.reconstruction.truth_matching import at_origin
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.transport.datasets import find
from wayside.transport.gun import gun
from wayside.transport.plan import Plan
from wayside.transport.run import simulate

MASS = {11: 1e3 * M_ELECTRON, 13: 1e3 * M_MUON, 211: 1e3 * M_PION}
"""MeV."""
SINGLE = ((13, (200, 400, 1000, 3000)), (211, (300, 500, 1000, 3000)), (11, (100, 300, 1000)))
PAIRS = (
    *((11, kinetic, opening) for kinetic in (100, 400) for opening in (0.3, 0.05)),
    *((13, 400, opening) for opening in (0.3, 0.05, 0.02)),
)


def singles(pdg: int, momentum: float, n: int) -> Any:
    """From the front face, flat in direction up to a slope of 0.5."""
    rng = np.random.default_rng(int(momentum) + pdg)
    rows = gun(pdg, np.hypot(momentum, MASS[pdg]) - MASS[pdg], n)
    rows["x"], rows["y"] = rng.uniform(-80, 80, n), rng.uniform(-130, 130, n)
    aim(rows, momentum, cone(0.5, n, rng))
    return rows


def pairs(pdg: int, kinetic: float, opening: float, n: int) -> Any:
    """Particle and antiparticle from points between 4 and 24 mm, flat up to a slope of 0.4."""
    rng = np.random.default_rng(int(kinetic + 1000 * opening))
    momentum = np.sqrt(kinetic * (kinetic + 2 * MASS[pdg]))
    x, y, z = rng.uniform(-70, 70, n), rng.uniform(-120, 120, n), rng.uniform(4, 24, n)
    axis = cone(0.4, n, rng)
    across = np.cross(axis, rng.normal(size=(n, 3)))
    across /= np.linalg.norm(across, axis=1)[:, None]
    both = []
    for sign in (1, -1):
        rows = gun(sign * pdg, kinetic, n)
        rows["x"], rows["y"], rows["z"] = x, y, z
        half = sign * opening / 2
        aim(rows, momentum, np.cos(half) * axis + np.sin(half) * across)
        both.append(rows)
    rows = np.concatenate(both)
    return rows[np.argsort(rows["event"], kind="stable")]


def cone(slope: float, n: int, rng: np.random.Generator) -> Any:
    """Directions flat up to a slope."""
    radius, angle = slope * np.sqrt(rng.random(n)), rng.uniform(0, 2 * np.pi, n)
    way = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.ones(n)], axis=1)
    return way / np.linalg.norm(way, axis=1)[:, None]


def aim(rows: Any, momentum: float, way: Any) -> None:
    """Give rows a momentum along directions."""
    rows["px"], rows["py"], rows["pz"] = momentum * way.T


def simulated(folder: Path, primaries: Any) -> Path:
    """A run, simulated unless it is there."""
    simulate(Plan(primaries, Stack(), Physics(), find(), 11, 50), folder)
    return folder


def job(together: int) -> Job:
    """The default films and cuts."""
    return Job(EmulsionSection(), ReconstructionSection(), together=together)


def momentum_row(folder: Path, sheets: int) -> str:
    """Estimate of p beta by the first sheets, against the truth at the first base-track."""
    run, own = Run(folder), job(0)
    setup = own.setup(run.sheets, run.layer)
    film = run.crossings("film", 0, 10**9)
    rows = respond(film, own, run.sheets, np.random.default_rng(5))
    rows = rows[(rows["particle"] == 1) & (rows["sheet"] < sheets)]
    rows = rows[np.lexsort([rows[key] for key in ("ty", "tx", "y", "x", "sheet")])]
    following = None
    for gaps in (False, True):
        following, _ = links(rows, setup.films, setup.linking, gaps=gaps, following=following)
    tracks = fit_tracks(rows, chains(following, 8), setup.films)
    tracks = tracks[tracks["first_sheet"] <= 2]
    film = film[(film["track"] == 1) & (film["layer"] % 2 == 0)]
    energy = {
        (event, layer // 2): kinetic
        for event, layer, kinetic in zip(
            film["event"], film["layer"], film["kinetic_energy"], strict=True
        )
    }
    mass = MASS[abs(int(run.primaries["pdg"][0]))]
    kinetic = np.array(
        [energy[e, s] for e, s in zip(tracks["event"], tracks["first_sheet"], strict=True)]
    )
    true2 = kinetic * (kinetic + 2 * mass)
    off = np.log(momentum_times_beta(tracks) / (true2 / np.sqrt(true2 + mass**2)))
    error = tracks["log_momentum_error"]
    width = 1.4826 * np.median(np.abs(off - np.median(off)))
    return (
        f"{len(off):>7}{np.median(off):>9.3f}{1.25 * width / len(off) ** 0.5:>8.3f}{width:>8.3f}"
        f"{np.median(error):>8.3f}{np.mean(tracks['electron'] > ELECTRON):>8.2f}"
    )


def vertex_row(folder: Path, out: Path) -> str:
    """How many pairs have a vertex where they began, and what else was found."""
    reconstruct_run(folder, out, job(1))
    run = Run(folder)
    _, vertices, _ = read_result(out)
    right = at_origin(vertices, origins(run.primaries))
    events = len(run.events())
    rest = vertices[~right]
    return (
        f"{events:>7}{len(np.unique(vertices['event'][right])):>9}"
        f"{np.count_nonzero(vertices['vetoed'] & right):>8}"
        f"{np.count_nonzero(rest['secondary']):>11}{np.count_nonzero(~rest['secondary']):>7}"
        f"{1e3 * np.median(vertices['sigma_x'][right]):>9.2f}"
        f"{1e3 * np.median(vertices['sigma_z'][right]):>9.1f}"
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    folder = parser.parse_args().out
    print("p beta: natural logarithm of estimate over truth")
    print(
        f"{'':<12}{'sheets':>7}{'tracks':>7}{'median':>9}{'+-':>8}{'width':>8}{'error':>8}", end=""
    )
    print(f"{'as e':>8}")
    for pdg, momenta in SINGLE:
        for momentum in momenta:
            name = f"{pdg}-{momentum}"
            n = 150 if pdg == 11 else 200
            run = simulated(folder / name, singles(pdg, momentum, n))
            for sheets in (20, 40):
                print(f"{name:<12}{sheets:>7}{momentum_row(run, sheets)}", flush=True)
    heads = ("events", "origin", "vetoed", "secondary", "other", "x um", "z um")
    widths = (7, 9, 8, 11, 7, 9, 9)
    print(f"\n{'':<14}" + "".join(f"{h:>{w}}" for h, w in zip(heads, widths, strict=True)))
    for pdg, kinetic, opening in PAIRS:
        name = f"{pdg}-{kinetic}-{opening}"
        n = 200 if pdg == 11 else 150
        run = simulated(folder / name, pairs(pdg, kinetic, opening, n))
        print(f"{name:<14}{vertex_row(run, folder / (name + '-found'))}", flush=True)


if __name__ == "__main__":
    main()
