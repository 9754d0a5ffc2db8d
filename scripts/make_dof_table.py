"""Write the table of effective degrees of freedom from the file its authors distribute.

``python scripts/make_dof_table.py smdof_drees2015.dat src/wayside/data/dof_drees2015.csv``
"""

import sys
from pathlib import Path

from wayside.files import write_text

_HEADER = """\
# title: Effective degrees of freedom of the Standard Model plasma
# origin: M. Drees, F. Hajkarim, E.R. Schmitz, JCAP 06 (2015) 025, arXiv:1503.03513
# version: table of the authors as micrOMEGAs and DarkSUSY use it
# units: t in GeV; sqrt_gstar, heff and geff dimensionless
# date: 2026-11-22
# licence: facts (computed numbers) from the publication
# columns: heff (entropy), geff (energy), sqrt_gstar = heff/sqrt(geff) (1 + dln(heff)/dln(T)/3)
t,sqrt_gstar,heff,geff
"""


def main() -> None:
    """Convert argument 1 into argument 2."""
    source, target = map(Path, sys.argv[1:3])
    rows = []
    for line in source.read_text(encoding="utf-8").splitlines()[1:]:
        cells = [cell.strip().rstrip(".") for cell in line.split(",")]
        if len(cells) == 4:
            rows.append(",".join(cells))
    write_text(target, _HEADER + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
