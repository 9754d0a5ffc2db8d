"""``python -m benchmarks.reconstruction``: tracks a second against their density.

Muons through a block of sheets, as a scanned tile would show them: mostly flat in direction up to
the largest slope that scanning looks for, or the steep half of these; some enter through the sides,
all are cut off where the tile ends. Fog is added as base-tracks that belong to nothing. What is
timed is linking, fits and vertices; base-tracks are made before.
"""

import argparse
import gc
import math
import resource
import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from reference.toy_transport import beam, transport

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import BASETRACK
from wayside.reconstruction.films import Films
from wayside.reconstruction.pipeline import Reconstructed, Setup, reconstruct
from wayside.reconstruction.truth_matching import match_truth

SCANNER: Final = 4700.0
"""cm^2 an hour, what the fastest scanner reads (arXiv:1704.06814)."""

DENSITIES: Final = (1e2, 1e3, 1e4, 1e5, 1e6)
LAYERS: Final = 10
SIDE: Final = 10.0
"""Of the tile in mm: 1 cm^2."""

FOG: Final = 0.05
"""False base-tracks for each true one; and at least 100 a cm^2."""

EMULSION: Final = Emulsion()


@dataclass(frozen=True)
class Measured:
    """One density: what went in, what came out, what it took."""

    density: float
    rows: int
    tracks: int
    seconds: float
    efficiency: float
    purity: float
    vertices: int


def muons(density: float, layers: int, steep: bool, rng: np.random.Generator) -> Any:
    """Muons of 0.5 to 20 GeV through a square cm, and so many as cross its sides."""
    half = 0.5 * SIDE
    # As wide as the steepest one can come from.
    wide = half + 0.8 * layers
    n = rng.poisson(density / 100.0 * (2.0 * wide) ** 2)
    low = 0.4 if steep else 0.0
    radius = np.sqrt(rng.uniform(low**2, 0.8**2, n))
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    x, y = rng.uniform(-wide, wide, (2, n))
    # From those in the middle of the block, back to its front.
    tx, ty = radius * np.cos(angle), radius * np.sin(angle)
    z = 0.4 * layers
    keep = np.maximum(np.abs(x), np.abs(y)) < half + radius * z
    x, y, tx, ty = x[keep], y[keep], tx[keep], ty[keep]
    momentum = np.exp(rng.uniform(np.log(500.0), np.log(2e4), len(x)))
    return beam(x - z * tx, y - z * ty, -0.1, tx, ty, momentum)


def base_tracks(density: float, layers: int, steep: bool, seed: int) -> Any:
    """Base-tracks of the tile with their errors, and the fog among them."""
    rng = np.random.default_rng(seed)
    half = 0.5 * SIDE
    parts = []
    particles = muons(density, layers, steep, rng)
    for begin in range(0, len(particles), 200_000):
        few = type(particles)(
            *(getattr(particles, f)[begin : begin + 200_000] for f in particles.__annotations__)
        )
        parts.append(smeared(transport(few, layers, rng), half, rng))
    rows = np.concatenate(parts)
    number = rng.poisson(max(FOG * density, 100.0), layers)
    fog = np.zeros(int(number.sum()), BASETRACK)
    fog["sheet"] = np.repeat(np.arange(layers), number)
    fog["x"], fog["y"] = rng.uniform(-half, half, (2, len(fog)))
    radius, angle = np.sqrt(rng.random(len(fog))), rng.uniform(0.0, 2.0 * np.pi, len(fog))
    fog["tx"], fog["ty"] = radius * np.cos(angle), radius * np.sin(angle)
    fog["front_grains"] = fog["back_grains"] = EMULSION.threshold
    fog["event"] = fog["particle"] = -1
    return np.concatenate([rows, fog])


def smeared(crossings: Any, half: float, rng: np.random.Generator) -> Any:
    """Base-tracks straight from crossings: at 1e6 a cm^2 micro-tracks are not what is timed."""
    from wayside.emulsion.alignment import misalign
    from wayside.emulsion.microtracks import microtracks

    inside = (np.abs(crossings["x_in"]) < half) & (np.abs(crossings["y_in"]) < half)
    sheets = Sheets()
    micro = misalign(microtracks(crossings[inside], EMULSION, sheets, rng), EMULSION.alignment, 1)
    # Both films of a sheet by one particle: joined by truth, so that what follows is timed alone.
    order = np.lexsort((micro["film"], micro["event"]))
    micro = micro[order]
    both = np.flatnonzero(
        (micro["event"][1:] == micro["event"][:-1])
        & (micro["film"][1:] == micro["film"][:-1] + 1)
        & (micro["film"][:-1] % 2 == 0)
    )
    front, back = micro[both], micro[both + 1]
    rows = np.zeros(len(both), BASETRACK)
    rows["sheet"] = front["film"] // 2
    for c in "xy":
        rows[c] = 0.5 * (front[c] + back[c])
        rows[f"t{c}"] = (back[c] - front[c]) / sheets.base
    rows["front_grains"], rows["back_grains"] = front["grains"], back["grains"]
    for key in ("event", "particle", "pdg"):
        rows[key] = front[key]
    return rows


def measure(density: float, layers: int, steep: bool, seed: int = 1) -> Measured:
    """Process time of one core, the median of several where one is short."""
    rows = base_tracks(density, layers, steep, seed)
    half = 0.5 * SIDE
    setup = Setup(Films(bounds=(-half, half, -half, half)))
    gc.collect()
    times: list[float] = []
    result: Reconstructed
    while len(times) < 7 and (len(times) < 3 or sum(times) < 2.0) and sum(times) < 30.0:
        start = time.process_time()
        result = reconstruct(rows, setup)
        times.append(time.process_time() - start)
    matched = match_truth(result, 5)
    return Measured(
        density,
        len(rows),
        len(result.tracks),
        float(np.median(times)),
        matched.efficiency,
        matched.purity,
        len(result.vertices),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--most", type=float, default=DENSITIES[-1], help="highest density")
    options = parser.parse_args()
    layers = options.layers
    print(f"1 cm^2, {layers} sheets of one block, fog {100 * FOG:g}%; process time of one core\n")
    measure(1e3, layers, steep=False)  # compiles
    heads = ("per cm2", "base-tr.", "tracks", "seconds", "tracks/s", "cm2/h", "effic.", "purity")
    for name, steep in (("all slopes to 0.8", False), ("slopes 0.4 to 0.8", True)):
        print(
            f"{name:<18}" + "".join(f"{head:>11}" for head in heads) + f"{'vert.':>7}{'power':>7}"
        )
        last: Measured | None = None
        for density in (d for d in DENSITIES if d <= options.most):
            own = measure(density, layers, steep)
            power = (
                math.log(own.seconds / last.seconds) / math.log(own.rows / last.rows)
                if last
                else math.nan
            )
            # Sheets of 1 cm^2, counted once and not by film.
            rate = layers * (SIDE / 10.0) ** 2 / own.seconds * 3600.0
            print(
                f"{'':<18}{density:>11.0e}{own.rows:>11,}{own.tracks:>11,}{own.seconds:>11.3f}"
                f"{own.tracks / own.seconds:>11,.0f}{rate:>11,.0f}{own.efficiency:>11.4f}"
                f"{own.purity:>11.4f}{own.vertices:>7}{power:>7.2f}",
                flush=True,
            )
            last = own
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\ncm2/h: of sheets; a scanner reads {SCANNER:,.0f}. power: of time in base-tracks.")
    print(f"peak memory {peak:.1f} GB, the making of the base-tracks included")


if __name__ == "__main__":
    main()
