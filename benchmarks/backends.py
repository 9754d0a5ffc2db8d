"""One density, three back ends: compiled loop (numba), NumPy, and any array-API namespace.

``PYTHONPATH=tests python -m benchmarks.backends`` times what is installed; PyTorch, where it is
there, stands for the array API on CPU and, if it finds one, on GPU. Results are compared first.
"""

import statistics
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numba
import numpy as np

from wayside.models.inelastic import ScalarInelastic
from wayside.production.density import averaged_tensor
from wayside.production.radiative import RadiativeShape, radiative_shape

SIZES = (40_000, 4_000_000)
"""Nodes of one mass point, and of a hundred."""


def averaged_tensor_arrays(
    xp: ModuleType, shape: RadiativeShape, x: Any, sin_x: Any, cos_a: Any, sin_a: Any,
    cos_t: Any, sin_t: Any,
) -> Any:  # fmt: skip
    """`wayside.production.density.averaged_tensor` over arrays of a namespace ``xp``."""
    top, bottom, q2, m2 = shape.beta_top, shape.beta_bottom, shape.q2, shape.mass2
    half = 0.5 * (1.0 - q2)
    c0, c1 = top * cos_a * cos_t, top * sin_a * sin_t
    gx = shape.gamma_a * x
    along = gx * c0 + top * sin_x * sin_a * cos_t
    slope = top * sin_t * (gx * sin_a - sin_x * cos_a)
    minus0, plus0 = along - gx * shape.beta_a, -along - gx * shape.beta_a
    soft_p0, soft_m0, soft1 = 1.0 - half * (1.0 + c0), 1.0 - half * (1.0 - c0), half * c1
    iso, pol = shape.isotropic, shape.polarised
    weight, cross = 3.0 * iso + pol, 8.0 * m2 * iso / q2
    half2 = half * half
    n0 = (
        weight * (2.0 * half2 * (1.0 + c0 * c0) + 2.0 * q2 - 4.0 * m2 * q2)
        - pol * (q2 * (minus0 * minus0 + plus0 * plus0) + 4.0 * m2 * minus0 * plus0)
        + iso * (8.0 * m2 * (1.0 - 2.0 * m2) + 8.0 * m2 * q2)
        - iso * (soft_p0 * soft_p0 + soft_m0 * soft_m0)
        - 0.5 * cross * soft_p0 * soft_m0
    )
    n1 = (
        weight * 4.0 * half2 * c0 * c1
        - pol * (2.0 * q2 * (minus0 - plus0) * slope + 4.0 * m2 * (plus0 - minus0) * slope)
        - iso * 2.0 * soft1 * (soft_m0 - soft_p0)
        - 0.5 * cross * soft1 * (soft_p0 - soft_m0)
    )
    n2 = (
        weight * 2.0 * half2 * c1 * c1
        - pol * (2.0 * q2 - 4.0 * m2) * slope * slope
        - iso * 2.0 * soft1 * soft1
        + 0.5 * cross * soft1 * soft1
    )
    spread = shape.gap * (1.0 + bottom) * sin_t * sin_t
    across = (sin_a - sin_t) * (sin_a + sin_t)
    same = cos_a * cos_t > 0.0
    near = xp.where(same, across / (cos_t + cos_a) + shape.gap * cos_a, cos_t - bottom * cos_a)
    far = xp.where(same, cos_t + bottom * cos_a, across / (cos_t - cos_a) - shape.gap * cos_a)
    product, b = bottom * cos_a * cos_t, bottom * sin_a * sin_t
    trace, constant = 2.0 * iso / q2, -2.0 * q2 * weight - 8.0 * m2 * iso
    total = 0.0
    for distance, sign, linear, soft in ((near, -1.0, minus0, soft_p0), (far, 1.0, plus0, soft_m0)):
        r = xp.sqrt(distance * distance + spread)
        a, bb = 1.0 + sign * product, sign * b
        total = total + 0.5 * (n0 + (n2 * a - n1 * bb) / (a + r)) / r
        d0 = constant + 2.0 * pol * linear * linear + trace * soft * soft
        d1 = -sign * 4.0 * pol * linear * slope + sign * 2.0 * trace * soft * soft1
        d2 = 2.0 * pol * slope * slope + trace * soft1 * soft1
        total = total + m2 * (d0 * a - d1 * bb + d2 * (bb * bb + a * r) / (a + r)) / (r * r * r)
    return total / half2


@numba.njit
def loop(shape, columns, out):  # type: ignore[no-untyped-def]
    for i in range(len(out)):
        out[i] = averaged_tensor(
            shape, columns[0, i], columns[1, i], columns[2, i], columns[3, i], columns[4, i],
            columns[5, i],
        )  # fmt: skip
    return out


def median_seconds(function: Callable[[], object], repeats: int = 7) -> float:
    """Median time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def nodes(shape: RadiativeShape, n: int) -> np.ndarray:
    """Random decay angles and directions, as the six arguments of the density."""
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, n)
    sin_x = np.sqrt(1 - x**2)
    along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across = shape.p_star * sin_x
    p = np.hypot(along, across)
    theta = rng.uniform(0.1, 0.18, n)
    return np.stack([x, sin_x, along / p, across / p, np.cos(theta), np.sin(theta)])


def torch_rows(shape: RadiativeShape, columns: np.ndarray, reference: np.ndarray) -> list[tuple]:
    """Times with PyTorch in double precision, on every device it has."""
    try:
        import torch
    except ImportError:
        return []
    torch.set_num_threads(1)
    devices = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])
    rows = []
    for device in devices:
        tensors = [torch.tensor(column, device=device) for column in columns]

        def run(tensors: list = tensors, device: str = device) -> Any:
            value = averaged_tensor_arrays(torch, shape, *tensors)
            if device == "cuda":
                torch.cuda.synchronize()
            return value

        np.testing.assert_allclose(run().cpu().numpy(), reference, rtol=1e-9)
        rows.append((f"array API (torch, {device})", median_seconds(run)))
    return rows


def compare(shape: RadiativeShape, n: int) -> None:
    """Print one size."""
    columns = nodes(shape, n)
    out = np.empty(n)
    reference = loop(shape, columns, out).copy()

    def compiled() -> np.ndarray:
        return loop(shape, columns, out)

    def vectorised() -> np.ndarray:
        with np.errstate(all="ignore"):
            return averaged_tensor_arrays(np, shape, *columns)

    np.testing.assert_allclose(vectorised(), reference, rtol=1e-9)
    rows = [
        ("compiled loop (numba)", median_seconds(compiled)),
        ("NumPy", median_seconds(vectorised)),
        *torch_rows(shape, columns, reference),
    ]
    print(f"{n:,} nodes")
    for name, seconds in rows:
        ratio = seconds / rows[0][1]
        print(f"  {name:<28}{1e9 * seconds / n:>9.2f} ns a node{ratio:>9.2f} of the loop")


def main() -> None:
    """Print nanoseconds per node, and ratios to the compiled loop."""
    shape = radiative_shape(ScalarInelastic(8.0, 4.341, 3.650), 10.58)
    for n in SIZES:
        compare(shape, n)


if __name__ == "__main__":
    main()
