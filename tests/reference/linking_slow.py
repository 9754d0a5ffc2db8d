"""Links by brute force: every pair of base-tracks, covariance matrices written out."""

import numpy as np

from wayside.reconstruction.material import highland


def _face_variance(n):
    inverse = 12 / (n - 1) * (1 + 0.8 / n)
    return 1 / n + (1 / 4 + 1 / (12 * n)) * inverse


def chi2(a, b, dz, plates, momentum, emulsion, sheets, layer):
    """Of a pair: residual r and turn d in x and y, with their 2x2 covariances; the product of the
    four standard deviations as well."""
    ta, tb = np.array([a["tx"], a["ty"]]), np.array([b["tx"], b["ty"]])
    mean = 0.5 * (ta + tb)
    slope2 = float(mean @ mean)
    r = np.array([b["x"] - a["x"], b["y"] - a["y"]]) - dz * mean
    d = tb - ta
    faces = sum(
        _face_variance(max(float(h[f"{s}_grains"]), 3)) for h in (a, b) for s in ("front", "back")
    )
    unit = mean / np.sqrt(slope2) if slope2 > 0 else np.array([1.0, 0.0])
    along = np.outer(unit, unit)
    grain = (
        1e-6 * faces * (emulsion.across**2 * np.eye(2) + emulsion.depth_error**2 * slope2 * along)
    )
    # Turn of a slope vector by small angles about two axes across the direction.
    theta2 = highland(layer.radiation_lengths, momentum, 1.0) ** 2 * np.sqrt(1 + slope2)
    turn = theta2 * (1 + slope2) * (np.eye(2) + slope2 * along)
    lever2 = sum(p * p + layer.spread**2 for p in plates)
    cov_r = grain * (0.25 + 0.25 * dz**2 / sheets.base**2) + turn * lever2
    cov_r += 2 * (1e-3 * emulsion.alignment) ** 2 * np.eye(2)
    cov_d = grain / sheets.base**2 + turn * len(plates)
    value = float(r @ np.linalg.solve(cov_r, r) + d @ np.linalg.solve(cov_d, d))
    return value, float(np.sqrt(np.linalg.det(cov_r) * np.linalg.det(cov_d)))


def pair_chi2(a, b, momentum, emulsion, sheets, layer):
    """The same from two base-tracks alone, without the product of standard deviations."""
    return pair(a, b, momentum, emulsion, sheets, layer)[0]


def pair(a, b, momentum, emulsion, sheets, layer):
    """Chi-squared, and the product of the four standard deviations, from two base-tracks alone."""
    za, zb = sheets.middle(a["sheet"]), sheets.middle(b["sheet"])
    plates = [
        0.5 * (za + zb) - sheets.plate_front(k) - 0.5 * sheets.plate
        for k in range(int(a["sheet"]) + 1, int(b["sheet"]) + 1)
    ]
    return chi2(a, b, zb - za, plates, momentum, emulsion, sheets, layer)


def fill(rows, following, led, made, momentum, emulsion, sheets, how, layer):
    """Put free base-tracks into links that leave their sheet out, sheet by sheet."""
    for sheet in range(1, int(rows["sheet"].max())):
        over = [
            i
            for i in np.flatnonzero(made)
            if sheet - how.max_holes <= rows["sheet"][i] < sheet < rows["sheet"][following[i]]
        ]
        free = np.flatnonzero((rows["sheet"] == sheet) & (following < 0) & ~led)
        if not over or not len(free):
            continue
        cost = np.full((len(over), len(free)), np.inf)
        for n, i in enumerate(over):
            for m, k in enumerate(free):
                if np.hypot(rows["x"][k] - rows["x"][i], rows["y"][k] - rows["y"][i]) > 4.0:
                    continue
                one = pair_chi2(rows[i], rows[k], momentum, emulsion, sheets, layer)
                two = pair_chi2(rows[k], rows[following[i]], momentum, emulsion, sheets, layer)
                if max(one, two) < how.largest_chi2:
                    cost[n, m] = one + two
        best = np.argmin(cost, axis=0)
        for n, i in enumerate(over):
            m = int(np.argmin(cost[n]))
            if np.isfinite(cost[n, m]) and best[m] == n:
                k = free[m]
                following[k], following[i] = following[i], k
                led[k] = made[k] = True


def expected(chi2, spread, free, sheets, emulsion):
    """Random base-tracks within the ellipsoid of a chi-squared: a volume in four dimensions."""
    left, right, low, high = sheets.bounds
    density = free / ((right - left) * (high - low) * np.pi * emulsion.largest_slope**2)
    ball = np.pi**2 / 2  # of unit radius in four dimensions
    return density * ball * np.sqrt(chi2) ** 4 * spread


def link(rows, emulsion, sheets, how, layer):
    """For every row the row that follows it, or -1; blocks are not joined."""
    following = np.full(len(rows), -1)
    led = np.zeros(len(rows), bool)
    last = int(rows["sheet"].max(initial=-1))
    for number, momentum in enumerate(how.momenta):
        made = np.zeros(len(rows), bool)
        for step in range(1, how.max_holes + 2):
            for sheet in range(last + 1 - step):
                if sheet // sheets.layers != (sheet + step) // sheets.layers:
                    continue
                ia = np.flatnonzero((rows["sheet"] == sheet) & (following < 0))
                ib = np.flatnonzero((rows["sheet"] == sheet + step) & ~led)
                if not len(ia) or not len(ib):
                    continue
                table = np.full((len(ia), len(ib)), np.inf)
                for k, i in enumerate(ia):
                    for m, j in enumerate(ib):
                        value, spread = pair(rows[i], rows[j], momentum, emulsion, sheets, layer)
                        random = expected(value, spread, len(ib), sheets, emulsion)
                        if random < how.largest_random:
                            table[k, m] = value
                for k in range(len(ia)):
                    j = int(np.argmin(table[k]))
                    if table[k, j] < how.largest_chi2 and np.argmin(table[:, j]) == k:
                        following[ia[k]] = ib[j]
                        led[ib[j]] = made[ia[k]] = True
        softer = how.momenta[min(number + 1, len(how.momenta) - 1)]
        fill(rows, following, led, made, softer, emulsion, sheets, how, layer)
    return following
