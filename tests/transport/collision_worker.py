"""Compare collisions of muons in Geant4 with those that are added, by kind and energy."""

import itertools
import sys

import numpy as np

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.transport import datasets
from wayside.transport.added_collisions import Adding, CollisionKind, added_particles
from wayside.transport.engine import Engine, kinetic_energies, masses
from wayside.transport.gun import gun
from wayside.transport.marked_tracks import daughters, marked
from wayside.transport.muon_collisions import COLLISIONS
from wayside.transport.muon_events import material_of
from wayside.transport.muon_ways import Ways, pieces_of

NUMBER = 1500
ENERGY = 6000.0
EDGES = {"knock-on": (40.0, 80.0, 200.0, 3000.0), "bremsstrahlung": (40.0, 6000.0)}


def main() -> None:
    """End with an error if they differ by more than four standard errors and 3 per cent."""
    engine = Engine(Stack(blocks=16), Physics(), datasets.find(), record=False)
    run = engine.run_with_paths(gun(13, ENERGY, NUMBER, (0.0, 0.0, -105.0)), 11)
    how = Adding(
        least=40.0,
        kinds=(CollisionKind("knock-on", 30, 1.5), CollisionKind("bremsstrahlung", 30, 1.0)),
        outside=1.0,
    )
    mass = float(masses(np.array([13]))[0])
    ways = Ways(pieces_of(run.points), mass, material_of(engine), engine.stack)
    made = added_particles(ways, how, np.random.default_rng(12))
    drawn, pdg = kinetic_energies(made.particles), made.particles["pdg"]
    own = run.births["kinetic_energy"]
    pulls = []
    for name, edges in EDGES.items():
        kind = COLLISIONS[name]
        mine = (run.tracks["parent"] == 1) & (run.tracks["creator"] == kind.creator.encode())
        mine &= run.tracks["pdg"] == kind.pdg
        for low, high in itertools.pairwise(edges):
            there = np.count_nonzero(mine & (own > low) & (own <= high))
            here = (pdg == kind.pdg) & (drawn > low) & (drawn <= high)
            expected = np.sum(1.0 / made.ratio[here])
            error = np.hypot(np.sqrt(expected), 0.03 * expected)
            pulls.append((there - expected) / error)
            print(name, low, high, there, round(expected, 1), round(pulls[-1], 2))
    marks = marked(run.tracks, run.births, how.least)
    of_muons = np.count_nonzero(daughters(run.tracks) < 0)
    enough = of_muons == NUMBER and len(marks) > NUMBER
    sys.exit(int(not enough or bool(np.any(np.abs(pulls) > 4.0))))


if __name__ == "__main__":
    main()
