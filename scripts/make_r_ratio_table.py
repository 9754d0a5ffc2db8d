"""Build ``src/wayside/data/r_ratio.csv`` from the PDG compilation of the R ratio.

Usage: ``python scripts/make_r_ratio_table.py PDG_FILE [OUTPUT]``. ``PDG_FILE`` holds the numbers
of the PDG's ``rpp2020-hadronicrpp_page1001.dat``, seven in a row: sqrt(s), the ends of its bin,
R, statistical error up and down, systematic error in per cent. Write to standard output unless
OUTPUT is given.
"""

import sys
from pathlib import Path

import numpy as np

from wayside.files import write_text
from wayside.typing import FloatArray

HEADER = """\
# title: Ratio R of e+e- -> hadrons to the point-like muon pair cross-section
# origin: Particle Data Group, P.A. Zyla et al., Prog. Theor. Exp. Phys. 2020 (2020) 083C01, plots of cross sections, sigma and R in e+e- collisions; extraction of R: V.V. Ezhela, S.B. Lugovsky, O.V. Zenin, hep-ph/0312114
# version: PDG 2020, table 1
# units: sqrt_s in GeV; r, stat and syst dimensionless; points counts the measurements combined
# date: 2026-11-22
# licence: facts from the Review of Particle Physics, CC BY 4.0
# errors: stat is the total error below 2 GeV and the statistical one above (caption of the PDG's figure); syst is as the compilation gives it, 0 where it gives none
# combined: measurements at one energy, with weights 1/(stat^2 + syst^2); their systematic errors are added linearly
# corrected: cross-sections without initial-state radiation and vacuum polarisation; R above 40 GeV contains Z exchange
"""  # noqa: E501


def combine(rows: FloatArray) -> tuple[float, float, float, float, int]:
    """Combine the measurements at one energy into energy, R, stat, syst, number."""
    energy, _, _, r, stat, _, syst_per_cent = rows.T
    syst = r * syst_per_cent / 100
    weight = 1 / (stat**2 + syst**2)
    weight /= weight.sum()
    return (
        float(energy[0]),
        float(weight @ r),
        float(np.sqrt(weight**2 @ stat**2)),
        float(weight @ syst),
        len(rows),
    )


def main() -> None:
    """Read the compilation named on the command line and write the table."""
    data = np.loadtxt(sys.argv[1])
    energies = np.unique(data[:, 0])
    lines = ["sqrt_s,r,stat,syst,points"]
    for energy in energies:
        lines.append(
            "{:.7g},{:.6g},{:.4g},{:.4g},{:d}".format(*combine(data[data[:, 0] == energy]))
        )
    text = HEADER + "\n".join(lines) + "\n"
    if len(sys.argv) > 2:
        write_text(Path(sys.argv[2]), text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
