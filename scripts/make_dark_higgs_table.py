"""Make ``src/wayside/data/dark_higgs_hadrons.csv`` from the tables of FORESEE.

    python scripts/make_dark_higgs_table.py FORESEE/Models/DarkHiggs/model --date 2026-11-28

The total width follows from the tabulated proper decay length; leptons, which are known in closed
form, are subtracted. Fractions of pions and kaons are those of the branching ratios, which end near
2 GeV and are coarse at thresholds: there they are scaled so that they do not exceed 1.
"""

import argparse
from pathlib import Path

import numpy as np

from wayside.constants import HBAR_C, M_PION
from wayside.models.dark_higgs import HEAVIEST, lepton_width_hats
from wayside.typing import FloatArray

TARGET = Path(__file__).parents[1] / "src/wayside/data/dark_higgs_hadrons.csv"
EXCLUSIVE_UP_TO = 2.0
"""Mass in GeV above which the source has gluons and quarks in place of mesons."""


def columns(folder: Path) -> FloatArray:
    """Mass, width into hadrons at sin theta = 1, fractions of pions and of kaons; shape (4, n)."""
    mass, ctau = np.loadtxt(folder / "ctau.txt", unpack=True)
    order = np.argsort(mass)  # two of the source are not in order
    mass, ctau = mass[order], ctau[order]
    low, high = 2.0 * M_PION, HEAVIEST
    inside = mass[(mass > low) & (mass < high)]
    grid = np.concatenate([[low], inside, [high]])
    total = HBAR_C / np.exp(np.interp(np.log(grid), np.log(mass), np.log(ctau)))
    leptons = np.array([sum(lepton_width_hats(float(m)).values()) for m in grid])
    hadrons = np.maximum(total - leptons, 0.0)
    hadrons[0] = 0.0
    fractions = []
    for name in ("pi_pi", "K_K"):
        at, ratio = np.loadtxt(folder / "br" / f"{name}.txt", unpack=True)
        fraction = np.interp(grid, at, ratio) * total / np.maximum(hadrons, 1e-300)
        fractions.append(np.where(grid <= EXCLUSIVE_UP_TO, fraction, 0.0))
    scale = np.maximum(1.0, fractions[0] + fractions[1])
    # The lightest hadrons are two pions.
    fractions = [fraction / scale for fraction in fractions]
    fractions[0][grid < 4.0 * M_PION] = 1.0
    fractions[1][grid < 4.0 * M_PION] = 0.0
    return np.stack([grid, hadrons, *fractions])


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--date", required=True)
    options = parser.parse_args()
    header = {
        "origin": "FORESEE, github.com/KlingFelix/FORESEE, Models/DarkHiggs/model (M. W. Winkler,"
        " arXiv:1809.01876, below 2 GeV; gluons and quarks above):"
        " scripts/make_dark_higgs_table.py",
        "version": "commit 2d6431f",
        "units": "mass in GeV; hadrons: width in GeV at sin theta = 1; pi_pi, k_k: fractions of it",
        "date": options.date,
        "licence": "MIT, copyright 2020 Felix Kling and Sebastian Trojanowski",
    }
    lines = [f"# {key}: {value}" for key, value in header.items()]
    lines.append("mass,hadrons,pi_pi,k_k")
    lines += [f"{m:.6g},{h:.6g},{p:.4g},{k:.4g}" for m, h, p, k in columns(options.folder).T]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
