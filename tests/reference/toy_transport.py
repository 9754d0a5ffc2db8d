"""A toy instead of Geant4: straight tracks that scatter in plates and lose energy, as crossings.

Written apart from the package's own propagation: it steps plate by plate with sampled angles
and offsets (the plate's two correlated Gaussians of the PDG review), in three dimensions.
"""

from dataclasses import dataclass

import numpy as np

from wayside.transport.records import CROSSING

PLATE, FILM, BASE, LAYERS, GAP = 0.5, 0.05, 0.2, 40, 8.0
PITCH = PLATE + 2 * FILM + BASE
RADIATION_LENGTHS = 0.0342
LOSS = 0.69  # MeV of a minimum-ionising particle in a plate and its sheet


@dataclass
class Beam:
    """Particles: position (mm), slopes, momentum (MeV), mass (MeV), all of one length."""

    event: np.ndarray
    track: np.ndarray
    pdg: np.ndarray
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    tx: np.ndarray
    ty: np.ndarray
    p: np.ndarray
    mass: np.ndarray

    def __len__(self):
        return len(self.x)


def beam(x, y, z, tx, ty, p, mass=105.66, pdg=13, event=None, track=None):
    """A beam of what is given, broadcast."""
    arrays = np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, z, tx, ty, p, mass)))
    n = arrays[0].size
    event = np.arange(n) if event is None else np.broadcast_to(event, n)
    track = np.ones(n, int) if track is None else np.broadcast_to(track, n)
    return Beam(event, track, np.broadcast_to(pdg, n), *(a.ravel().copy() for a in arrays))


def cosmic(n, half, rng, momentum=4000.0):
    """n muons through a square of +-half mm at z=0, flat in slopes up to 45 degrees-ish."""
    radius, angle = np.sqrt(rng.random(n)) * 0.8, rng.uniform(0, 2 * np.pi, n)
    return beam(
        rng.uniform(-half, half, n),
        rng.uniform(-half, half, n),
        -1.0,
        radius * np.cos(angle),
        radius * np.sin(angle),
        momentum,
    )


def transport(
    particles, sheets, rng, scatter=True, lose=True, loss_kev_per_um=0.52, tail=(1.0, 0.0, 1.0)
):
    """Crossings of the films of sheets 0 .. sheets-1 by particles that travel toward +z.

    ``tail``: width of the core, share of plates with larger angles, and how much larger.
    """
    position = np.stack([particles.x, particles.y, particles.z], axis=1).astype(float)
    direction = np.stack([particles.tx, particles.ty, np.ones(len(particles))], axis=1)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    p, mass = particles.p.astype(float).copy(), particles.mass
    found = []
    for sheet in range(sheets):
        front = (sheet // LAYERS) * (LAYERS * PITCH + GAP) + (sheet % LAYERS) * PITCH
        back = front + PLATE
        begin = np.maximum(position[:, 2], front)
        # The rest of the plate; a decay in a base or a film is not made here.
        alive = (begin < back) & (p > 0.15 * mass) & (direction[:, 2] > 0.05)
        if not alive.any():
            continue
        beta = np.maximum(p, 1e-9) / np.sqrt(p**2 + mass**2)
        path = np.where(alive, (back - begin) / direction[:, 2], 0.0)
        share = path / PLATE
        lengths = np.where(alive, RADIATION_LENGTHS * share, 1.0)
        if scatter:
            width = 13.6 / (beta * np.maximum(p, 1e-3)) * np.sqrt(lengths)
            width *= 1 + 0.038 * np.log(lengths / beta**2)
            width = np.where(alive, np.maximum(width, 0.0), 0.0) * tail[0]
        else:
            width = np.zeros(len(p))
        straight = np.where(alive, (begin - position[:, 2]) / direction[:, 2] + path, 0.0)
        position += direction * straight[:, None]
        one = np.cross(
            direction, np.where(np.abs(direction[:, :1]) < 0.5, [[1.0, 0, 0]], [[0, 1.0, 0]])
        )
        one /= np.linalg.norm(one, axis=1)[:, None]
        turned = direction.copy()
        for axis in (one, np.cross(direction, one)):
            g1, g2 = rng.standard_normal((2, len(p)))
            if tail[1] > 0.0:
                large = np.where(rng.random(len(p)) < tail[1], tail[2], 1.0)
                g1, g2 = large * g1, large * g2
            # Offset and angle of a plate are correlated: PDG review, passage of particles.
            offset = path * width * (g1 / np.sqrt(12.0) + 0.5 * g2)
            position += axis * offset[:, None]
            turned += axis * np.tan(np.clip(width * g2, -1.2, 1.2))[:, None]
        direction = turned / np.linalg.norm(turned, axis=1)[:, None]
        alive &= direction[:, 2] > 0.05
        safe = np.where(alive, direction[:, 2], 1.0)
        position += direction * np.where(alive, (back - position[:, 2]) / safe, 0.0)[:, None]
        if lose:
            energy = np.sqrt(p**2 + mass**2)
            rise = np.maximum(1.0, np.maximum(beta, 1e-3) ** (-5 / 3))
            energy = np.where(alive, np.maximum(energy - LOSS * share * rise, mass), energy)
            p = np.sqrt(np.maximum(energy**2 - mass**2, 0.0))
        slopes = direction[:, :2] / safe[:, None]
        for side in (0, 1):
            ways = side * (FILM + BASE)
            row = np.zeros(int(alive.sum()), CROSSING)
            for name in ("event", "track", "pdg"):
                row[name] = getattr(particles, name)[alive]
            row["layer"] = 2 * sheet + side
            for c, column in (("x", 0), ("y", 1)):
                row[f"{c}_in"] = (position[:, column] + slopes[:, column] * ways)[alive]
                row[f"{c}_out"] = (position[:, column] + slopes[:, column] * (ways + FILM))[alive]
            row["z_in"], row["z_out"] = back + ways, back + ways + FILM
            row["kinetic_energy"] = (np.sqrt(p**2 + mass**2) - mass)[alive]
            row["deposit"] = 1e-3 * loss_kev_per_um * 1e3 * FILM / direction[alive, 2]
            found.append(row)
        # A particle that stopped or turned away is left behind for good.
        p = np.where(alive | (position[:, 2] > back), p, 0.0)
    return np.concatenate(found) if found else np.zeros(0, CROSSING)
