"""Build ``src/wayside/data/muon_loss.csv``: mean energy loss of muons in rock and in lead.

Usage: ``python scripts/make_muon_loss_table.py OUTPUT``. Needs the extra ``generators`` (mulder,
which takes the numbers from the PUMAS library). Takes a second.
"""

import importlib.metadata
import sys
from pathlib import Path

import mulder
import numpy as np
from mulder import materials

from wayside.files import write_text

HEADER = """\
# title: Mean energy loss of muons
# origin: computed with mulder {version} (V. Niess, Comput. Phys. Commun. 279 (2022) 108438, PUMAS): ionisation after the PDG, bremsstrahlung, pair production and photonuclear interactions with its default models
# version: mulder {version}
# units: kinetic in GeV; rock and lead in MeV cm^2/g
# date: 2026-11-25
# licence: own computation
# command: python scripts/make_muon_loss_table.py src/wayside/data/muon_loss.csv
# materials: standard rock (Z = 11, A = 22, 2.65 g/cm^3); lead (11.35 g/cm^3)
"""  # noqa: E501


def main() -> None:
    """Write the table to the path on the command line."""
    energies = np.geomspace(1e-3, 1e6, 181)
    materials.Material.define("Lead", density=11350.0, composition="Pb")
    columns = []
    for name, density in (("Rock", 2650.0), ("Lead", 11350.0)):
        compiled = mulder.Physics().compile(name)
        # GeV/m over kg/m^3 is 1e4 MeV cm^2/g.
        columns.append(
            1e4 * np.array([float(compiled.stopping_power(e)) for e in energies]) / density
        )
    lines = ["kinetic,rock,lead"]
    lines += [f"{e:.6g},{r:.6g},{b:.6g}" for e, r, b in zip(energies, *columns, strict=True)]
    text = HEADER.format(version=importlib.metadata.version("mulder")) + "\n".join(lines) + "\n"
    write_text(Path(sys.argv[1]), text)


if __name__ == "__main__":
    main()
