"""Candidates of simulated events: response, reconstruction, and one row a vertex."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.reconstruction.candidate_rows import Described, Origin, describe
from wayside.reconstruction.job import Job, response_of
from wayside.reconstruction.material import Layer
from wayside.reconstruction.pipeline import reconstruct
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.transport.neutron_cascade import GROUP
from wayside.transport.preselection import Preselection
from wayside.typing import IntArray, StructuredArray


class BeamRows(NamedTuple):
    """Candidates of events.

    Attributes
    ----------
    described
        Their rows.
    mixed
        Number of vertices whose tracks come from several events.
    """

    described: Described
    mixed: int


def require_kept(emulsion: EmulsionSection, cuts: ReconstructionSection) -> None:
    """Refuse settings with which events that were not kept could have a vertex.

    Parameters
    ----------
    emulsion, cuts
        Sections of the scenario.

    Raises
    ------
    InputError
        If a cut is looser than that of `wayside.transport.preselection.Preselection`.
    """
    kept = Preselection()
    largest = emulsion.largest_slope
    for name, value, loosest, too_loose in (
        ("reconstruction.min_sheets", cuts.min_sheets, kept.sheets, cuts.min_sheets < kept.sheets),
        ("reconstruction.veto_sheets", cuts.veto_sheets, kept.first, cuts.veto_sheets < kept.first),
        ("reconstruction.max_holes", cuts.max_holes, kept.apart, cuts.max_holes > kept.apart),
        ("emulsion.largest_slope", largest, kept.slope, largest > kept.slope),
    ):
        if too_loose:
            raise InputError(f"{name} = {value:g}: events were kept up to {loosest:g} only")


def counted(described: Described, marked: IntArray, only: bool) -> Described:
    """Rows for which a sample stands.

    Parameters
    ----------
    described
        Rows of all vertices.
    marked
        Keys of marked tracks, `wayside.transport.beam_events.BeamEvents`.
    only
        Whether a marked track is asked for; else vertices with one do not count.
    """
    some = np.isin(described.tracks, marked).any(axis=1)
    return described.of(np.flatnonzero(some == only))


def candidates_of_copies(
    crossings: Mapping[str, StructuredArray],
    origin: Origin,
    job: Job,
    stack: Stack,
    copies: int,
    rng: np.random.Generator,
) -> BeamRows:
    """Reconstruct copies of particles, which cross the same places, one after the other.

    Parameters
    ----------
    crossings, origin, job, stack, rng
        As of `candidates_of`.
    copies
        Number of copies of a particle, `wayside.transport.neutron_cascade.event_numbers`.
    """
    parts = []
    for copy in range(copies):
        own = {
            kind: rows[rows["event"] // GROUP % copies == copy] for kind, rows in crossings.items()
        }
        parts.append(candidates_of(own, origin, job, stack, rng))
    described = Described.joined([part.described for part in parts])
    return BeamRows(described, sum(part.mixed for part in parts))


def candidates_of(
    crossings: Mapping[str, StructuredArray],
    origin: Origin,
    job: Job,
    stack: Stack,
    rng: np.random.Generator,
) -> BeamRows:
    """Reconstruct events that are in the same films, and describe their vertices.

    Fibres are silent here: that they are is a weight of a candidate.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer.
    origin
        What was simulated.
    job
        Settings of response and reconstruction, in four dimensions.
    stack
        Layers of the detector.
    rng
        Generator of random numbers of the response.
    """
    sheets = Sheets.from_stack(stack)
    silent = {**crossings, "fibre": crossings["fibre"][:0]}
    response = response_of(silent, job, sheets, rng)
    setup = job.setup(sheets, Layer.from_stack(stack))
    result = reconstruct(response.rows, setup, response.gas, response.fibres)
    described = describe(result, response.gas, crossings, origin, setup, stack)
    return BeamRows(described, int(np.count_nonzero(result.vertices["event"] < 0)))
