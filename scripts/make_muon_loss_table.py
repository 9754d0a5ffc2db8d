"""Build ``src/wayside/data/muon_loss.csv``: mean energy loss of muons in rock and metals.

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

MEDIA = {
    "rock": ("Rock", 2650.0, None),
    "lead": ("Lead", 11350.0, "Pb"),
    "iron": ("Iron", 7874.0, "Fe"),
    "tungsten": ("Tungsten", 19300.0, "W"),
}
"""Name in mulder, density in kg/m^3 and composition of each column; rock is known to mulder."""

HEADER = """\
# title: Mean energy loss of muons
# origin: computed with mulder {version} (V. Niess, Comput. Phys. Commun. 279 (2022) 108438, PUMAS): ionisation after the PDG, bremsstrahlung, pair production and photonuclear interactions with its default models
# version: mulder {version}
# units: kinetic in GeV; rock, lead, iron and tungsten in MeV cm^2/g
# date: 2026-11-28
# licence: own computation
# command: python scripts/make_muon_loss_table.py src/wayside/data/muon_loss.csv
# materials: standard rock (Z = 11, A = 22, 2.65 g/cm^3); lead (11.35 g/cm^3), iron (7.874 g/cm^3), tungsten (19.3 g/cm^3)
"""  # noqa: E501


def main() -> None:
    """Write the table to the path on the command line."""
    energies = np.geomspace(1e-3, 1e6, 181)
    columns = []
    for name, density, composition in MEDIA.values():
        if composition is not None:
            materials.Material.define(name, density=density, composition=composition)
        compiled = mulder.Physics().compile(name)
        # GeV/m over kg/m^3 is 1e4 MeV cm^2/g.
        columns.append(
            1e4 * np.array([float(compiled.stopping_power(e)) for e in energies]) / density
        )
    lines = [",".join(["kinetic", *MEDIA])]
    lines += [
        ",".join(f"{value:.6g}" for value in row) for row in zip(energies, *columns, strict=True)
    ]
    text = HEADER.format(version=importlib.metadata.version("mulder")) + "\n".join(lines) + "\n"
    write_text(Path(sys.argv[1]), text)


if __name__ == "__main__":
    main()
