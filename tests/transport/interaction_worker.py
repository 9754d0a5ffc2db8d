"""Compare interactions in rods with those of neutrons that Geant4 follows through the stack."""

import sys

import numpy as np

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.transport import datasets
from wayside.transport.engine import Engine
from wayside.transport.geometry import materials
from wayside.transport.gun import gun
from wayside.transport.interaction_rods import Rods

ENERGY = 800.0
NUMBER = 250


def means(event, kinetic, cosine, number):
    """Per interaction: fast particles, their energy, and their momentum's direction."""
    columns = [
        np.bincount(event, weights, minlength=number)
        for weights in (np.ones(len(event)), kinetic, cosine)
    ]
    return np.array([column.mean() for column in columns]), np.array(
        [column.std(ddof=1) / np.sqrt(number) for column in columns]
    )


def main() -> None:
    """End with an error if they differ by more than four standard errors."""
    stack, data = Stack(), datasets.find()
    names = materials(stack)
    rods = Rods(list(names.values()), Physics(), data)
    lead = np.full(4 * NUMBER, rods.materials.index("Lead"))
    axis = np.tile([0.0, 0.0, 1.0], (len(lead), 1))
    rows = rods.products(2112, lead, axis, np.full(len(lead), ENERGY), 7)
    fast = np.isin(rows["pdg"], (2112, 2212, 211, -211)) & (rows["kinetic_energy"] > 50.0)
    rows = rows[fast]
    own = means(rows["interaction"], rows["kinetic_energy"], rows["uz"], len(lead))

    engine = Engine(stack, Physics(), data, record=False)
    primaries = gun(2112, ENERGY, NUMBER, (0.0, 0.0, -99.0))
    assert np.allclose(primaries["pdg"], 2112)
    tracks, points = engine.paths(primaries, 9)
    first = tracks[tracks["track"] == 1]
    assert len(first) == NUMBER
    made = []
    for primary in range(NUMBER):
        here = points[points["primary"] == primary]
        way = here[here["track"] == 1]
        end = way[-1]
        # In the lead, from the full energy: few elastic collisions before take some of it.
        if not (-100.0 < end["z"] < 0.0 and way[-2]["kinetic_energy"] > 0.99 * ENERGY):
            continue
        children = tracks[(tracks["primary"] == primary) & (tracks["parent"] == 1)]
        kept = []
        for child in children:
            birth = here[here["track"] == child["track"]]
            at_end = abs(birth[0]["z"] - end["z"]) < 1e-6
            if (
                at_end
                and child["pdg"] in (2112, 2212, 211, -211)
                and birth[0]["kinetic_energy"] > 50.0
            ):
                step = np.array([birth[1][a] - birth[0][a] for a in "xyz"])
                kept.append((birth[0]["kinetic_energy"], step[2] / np.linalg.norm(step)))
        if len(children):
            made.append(kept)
    event = np.repeat(np.arange(len(made)), [len(kept) for kept in made])
    flat = np.array([row for kept in made for row in kept])
    other = means(event, flat[:, 0], flat[:, 1], len(made))
    pull = (own[0] - other[0]) / np.hypot(own[1], other[1])
    print(len(made), own[0], other[0], pull)
    sys.exit(int(len(made) < 100 or bool(np.any(np.abs(pull) > 4.0))))


if __name__ == "__main__":
    main()
