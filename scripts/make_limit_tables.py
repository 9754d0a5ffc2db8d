"""Write the four tables of existing limits in Wayside's own format from the files they came in.

Usage::

    python scripts/make_limit_tables.py --visible FILE --contour FILE --likelihood FILE \
        --lep FILE [--out src/wayside/data] [--date YYYY-MM-DD]

The files are numbers in columns of white space, as the public compilations named in the headers
below distribute them. What is done to the numbers, and why, is said here and in the headers:
nothing is smoothed, and whatever stood for "no limit" becomes an explicit NaN or the table's end.
"""

import argparse
from datetime import date
from pathlib import Path

import numpy as np

from wayside.files import write_text
from wayside.typing import FloatArray

# Values at or above these are the compilations' way of drawing a vertical line, not limits.
VISIBLE_FENCE = 1.0
CONTOUR_FENCE = 5e-3

# (as found, as searched) masses in GeV that the visible table must agree on: where the scan
# begins and ends, and the edges of the vetoed windows, 30 MeV about omega and phi and 50 MeV
# about J/psi, psi(2S), Upsilon(1S) and Upsilon(2S), with window centres to the nearest 10 MeV.
VISIBLE_ANCHORS = np.array(
    [
        (0.020042, 0.02),
        (0.75580, 0.75),
        (0.81636, 0.81),
        (0.99802, 0.99),
        (1.0586, 1.05),
        (3.0808, 3.05),
        (3.1819, 3.15),
        (3.6681, 3.63),
        (3.7693, 3.73),
        (9.5217, 9.41),
        (9.6230, 9.51),
        (10.087, 9.97),
        (10.189, 10.07),
        (10.318, 10.2),
    ]
)


def stretch(anchors: FloatArray) -> tuple[float, float, float]:
    """Least-squares ``ln(found) = a + b ln(true)``: ``a``, ``b`` and the rms residual."""
    digitised, true = np.log(anchors).T
    b, a = np.polyfit(true, digitised, 1)
    return float(a), float(b), float(np.std(digitised - a - b * true))


def visible(path: Path) -> tuple[FloatArray, tuple[float, float, float]]:
    """Columns calibrated mass, mass as found, epsilon; NaN where a search window ends."""
    raw = np.loadtxt(path)
    fence = raw[:, 1] >= VISIBLE_FENCE
    inside = np.flatnonzero(~fence)
    # Fences before the first and after the last limit say no more than the table's ends do.
    raw, fence = raw[inside[0] : inside[-1] + 1], fence[inside[0] : inside[-1] + 1]
    raw[fence, 1] = np.nan
    # Between two fences nothing is known: of a run of them only the outer two are needed.
    inner = fence.copy()
    inner[1:-1] &= fence[:-2] & fence[2:]
    raw = raw[~inner]
    a, b, rms = stretch(VISIBLE_ANCHORS)
    calibrated = np.exp((np.log(raw[:, 0]) - a) / b)
    return np.column_stack([calibrated, raw]), (a, b, rms)


def contour(path: Path) -> FloatArray:
    """Columns mass, epsilon, without the vertical line that closes the drawn area."""
    raw = np.loadtxt(path)
    return np.asarray(raw[raw[:, 1] < CONTOUR_FENCE], dtype=np.float64)


def write(path: Path, header: dict[str, str], columns: dict[str, str], rows: FloatArray) -> None:
    """One table: ``# key: value`` lines, the column names, the rows."""
    if not np.all(np.diff(rows[:, 0]) > 0):
        message = f"{path.name}: masses must increase"
        raise SystemExit(message)
    lines = [f"# {key}: {value}" for key, value in header.items()]
    lines.append(",".join(columns))
    formats = list(columns.values())
    lines += [
        ",".join("nan" if np.isnan(x) else format(x, f) for x, f in zip(row, formats, strict=True))
        for row in rows
    ]
    write_text(path, "\n".join(lines) + "\n")
    print(f"{path}: {len(rows)} rows")


def main() -> None:
    """Read the four files named on the command line and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("visible", "contour", "likelihood", "lep"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/wayside/data"))
    parser.add_argument("--date", default=date.today().isoformat())
    options = parser.parse_args()
    stamp = {"date": options.date, "version": "1"}

    rows, (a, b, rms) = visible(options.visible)
    write(
        options.out / "babar_visible.csv",
        {
            "title": "Upper limits on epsilon, e+e- -> gamma A' with A' -> e+e- or mu+mu-",
            "origin": "BaBar, Phys. Rev. Lett. 113 (2014) 201801, arXiv:1406.2980, fig. 4",
            "via": "digitised by the authors of Darkcast, distributed with FORESEE",
            "licence": "MIT (FORESEE)",
            "confidence_level": "0.90",
            "units": "mass_gev in GeV; mass_as_found_gev in GeV; epsilon dimensionless",
            **stamp,
            "assumes": "A' decays to Standard Model particles only, promptly",
            "gaps": "epsilon is nan at the edges of windows without limits: omega, phi, J/psi, "
            "psi(2S), Upsilon(1S), Upsilon(2S) vetoes, and 9.77-9.97 GeV, missing at the source",
            "calibration": "the digitised mass axis is stretched, ln(found) = "
            f"{a:.6f} + {b:.6f} ln(true), fitted to 14 known edges with rms {rms:.1e}; "
            "mass_gev has it undone",
        },
        {"mass_gev": ".6g", "mass_as_found_gev": ".5g", "epsilon": ".5g"},
        rows,
    )
    write(
        options.out / "babar_invisible.csv",
        {
            "title": "Upper limits on epsilon, e+e- -> gamma A' with A' -> invisible",
            "origin": "BaBar, Phys. Rev. Lett. 119 (2017) 131804, arXiv:1702.03327",
            "via": "digitised for hidden_sector_limits",
            "licence": "MIT (hidden_sector_limits)",
            "confidence_level": "0.90",
            "units": "mass_gev in GeV; epsilon dimensionless",
            **stamp,
            "assumes": "every A' decays invisibly",
            "note": "masses put back on the grid of 0.01 GeV from which they were digitised, "
            "shifted by at most 8e-5 GeV",
        },
        {"mass_gev": ".4g", "epsilon": ".6g"},
        contour(options.contour),
    )
    write(
        options.out / "babar_invisible_likelihood.csv",
        {
            "title": "Likelihood of mu = epsilon^2 BR(A' -> invisible), a Gaussian cut at mu >= 0",
            "origin": "BaBar, Phys. Rev. Lett. 119 (2017) 131804, arXiv:1702.03327",
            "via": "reconstructed from the published limits by the GAMBIT Collaboration",
            "licence": "BSD-3-Clause (GAMBIT)",
            "units": "mass_gev in GeV; centre and sigma in 1e-6",
            **stamp,
            "check": "with a flat prior in mu >= 0 the 0.90 limit on sqrt(mu) is that of "
            "babar_invisible.csv",
        },
        {"mass_gev": ".6g", "centre_1e6": ".6g", "sigma_1e6": ".6g"},
        np.loadtxt(options.likelihood),
    )
    write(
        options.out / "lep_model_independent.csv",
        {
            "title": "Upper limits on epsilon from virtual A' effects at LEP, any A' decay",
            "origin": "Hook, Izaguirre, Wacker, Adv. High Energy Phys. 2011 (2011) 859762, "
            "arXiv:1006.0973",
            "via": "digitised for public compilations (FORESEE, hidden_sector_limits, "
            "ReD-DeLiVeR), all MIT",
            "licence": "MIT",
            "units": "mass_gev in GeV; epsilon dimensionless",
            **stamp,
            "note": "the paper covers 1 GeV to 1 TeV; the first point continues its plateau to "
            "0.1 GeV. The digitised dip sits at 92.3 GeV, 1.2 per cent above the Z: read masses "
            "to that accuracy",
        },
        {"mass_gev": ".6g", "epsilon": ".6g"},
        np.loadtxt(options.lep),
    )


if __name__ == "__main__":
    main()
