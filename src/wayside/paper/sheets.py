"""Section 8: what the detector measures, and the threshold of 10 MeV."""

import numpy as np

from wayside.detector.materials import LEAD
from wayside.detector.stack import Stack
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.geant4 import BEAMS, Record
from wayside.paper.printed import BLOCK, LENGTH, SHEETS, THRESHOLD
from wayside.paper.rows import Ours, Row, digits
from wayside.paper.section import Context, Outcome


def run(context: Context) -> Outcome:
    """Rows of section 8."""
    stack, record = Stack(), context.record
    layer = sum(material.thickness for material in stack.emulsion_layer)
    rows = [
        Row(
            key="section8.block",
            quantity="thickness of a block",
            study=BLOCK,
            same=Ours(0.1 * layer * stack.layers, "sum of its layers", 1e-12),
            tolerance=digits(BLOCK, 0.1),
        ),
        Row(
            key="section8.length",
            quantity="depth of the active part",
            study=LENGTH,
            same=Ours(1e-3 * stack.depth, "sum of all layers", 1e-12),
            tolerance=digits(LENGTH, 0.01),
        ),
        *_threshold(record),
        _lead(),
    ]
    return Outcome(tuple(rows))


def _threshold(record: Record) -> list[Row]:
    every, error = record.beam(11, 10.0)
    steep, steep_error = record.beam(11, 10.0, steep=True)
    energies = np.array([energy for pdg, energy in BEAMS if pdg == 11 and energy <= 15.0])
    counts = np.array([record.beam(11, energy)[0] for energy in energies])
    steeply = np.array([record.beam(11, energy, steep=True)[0] for energy in energies])
    cause = "all crossings of a winding track are counted; the study does not say which it counts"
    data = ("study_events.npz",)
    command = 'wayside simulate belle2-forward --particle e- --energy "10 MeV" -n 1200'
    return [
        Row(
            key="section8.sheets",
            quantity="emulsion sheets that an electron of 10 MeV crosses",
            study=SHEETS,
            same=Ours(every, f"Geant4, both films, any angle, +- {error:.2f}", 0.05),
            tolerance=digits(SHEETS, 1.0, "about: "),
            cause=cause,
            explained=Ours(steep, f"crossings at less than 45 degrees, +- {steep_error:.2f}", 0.05),
            note=f"positrons: {record.beam(-11, 10.0)[0]:.2f} and, steep, "
            f"{record.beam(-11, 10.0, steep=True)[0]:.2f}",
            command=command,
            data=data,
        ),
        Row(
            key="section8.threshold",
            quantity="energy at which an electron crosses 5 sheets",
            study=THRESHOLD,
            same=Ours(
                float(np.interp(5.0, steeply, energies)),
                "Geant4, crossings at less than 45 degrees, between simulated energies",
                0.05,
            ),
            tolerance=digits(THRESHOLD, 1.0, "about 5 sheets: "),
            right=Ours(float(np.interp(5.0, counts, energies)), "any angle", 0.05),
            note=f"any angle: {np.interp(5.0, counts, energies):.3g} MeV",
            command=command,
            data=data,
        ),
    ]


def _lead() -> Row:
    lengths = 10.0 / (LEAD.radiation_length / LEAD.density)
    through = float(np.exp(-7.0 / 9.0 * lengths))
    return Row(
        key="section9.lead",
        quantity="10 cm of lead stops most photons of a few GeV before they reach the blocks",
        study=claim("can block most photons with energy below a few GeV", "section 9.3", "photons"),
        same=fraction(int(through < 0.5), 1, f"case: {through:.1e} come through unconverted"),
        tolerance=HOLDS,
        note=f"{lengths:.1f} radiation lengths; what leaks out of the shower is not in it",
    )
