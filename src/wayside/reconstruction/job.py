"""Settings of a reconstruction, and the response and reconstruction of events in the same films."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.emulsion.alignment import misalign
from wayside.emulsion.grains import grain_microtracks
from wayside.emulsion.microtracks import microtracks
from wayside.emulsion.readout import hits
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.basetracks import basetracks
from wayside.reconstruction.files import Run
from wayside.reconstruction.material import Layer
from wayside.reconstruction.pipeline import Reconstructed, Setup, reconstruct
from wayside.reconstruction.setup import setup_of
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.selections.cuts import Cuts
from wayside.typing import StructuredArray
from wayside.version import __version__

TOGETHER: Final = 1000
"""Number of events that share the same films."""

APART: Final = 1e6
"""Time in ns between the events of a group, which are in the same films a millisecond apart."""


@dataclass(frozen=True)
class Job:
    """Settings with which a run is reconstructed.

    Parameters
    ----------
    emulsion
        Section ``[emulsion]`` of the scenario: response of films, gas detectors and fibres.
    cuts
        Section ``[reconstruction]`` of the scenario: cuts on tracks and vertices.
    seed
        Seed of the random numbers; group k draws from ``SeedSequence((seed, k))``.
    together
        Number of events in the same films; 0 puts all into the same.
    grains
        Whether every grain is simulated.
    tile
        Side in mm of the squares that are linked separately; all at once if None.
    selection
        Cuts and vetoes of a search, with which vertices become a table of candidates; none if None.
    """

    emulsion: EmulsionSection
    cuts: ReconstructionSection
    seed: int = 1
    together: int = TOGETHER
    grains: bool = False
    tile: float | None = None
    selection: Cuts | None = None

    def setup(self, sheets: Sheets, layer: Layer | None = None) -> Setup:
        """Settings of reconstruction for films at given depths."""
        return setup_of(self.emulsion, self.cuts, sheets, layer)

    def about(self, run: Run) -> dict[str, Any]:
        """Everything the result depends on."""
        return {
            "wayside": __version__,
            "emulsion": self.emulsion.model_dump(mode="json"),
            "reconstruction": self.cuts.model_dump(mode="json"),
            "seed": self.seed,
            "together": self.together,
            "response": "grains" if self.grains else "parametrised",
            "tile_mm": self.tile,
            **({} if self.selection is None else {"selection": self.selection.plain()}),
            "sheets": asdict(run.sheets),
            "layer": asdict(run.layer),
            "simulation": run.about,
            "primaries_sha256": hashlib.sha256(run.primaries.tobytes()).hexdigest(),
        }


def respond(
    film: StructuredArray,
    job: Job,
    sheets: Sheets,
    rng: np.random.Generator,
) -> StructuredArray:
    """Base-tracks of film crossings."""
    emulsion = job.emulsion.build()
    make = grain_microtracks if job.grains else microtracks
    micro = make(film, emulsion, sheets, rng)
    return basetracks(misalign(micro, emulsion.alignment, job.seed), emulsion, sheets)


def of_crossings(
    crossings: Mapping[str, StructuredArray],
    job: Job,
    sheets: Sheets,
    rng: np.random.Generator,
    first: int = 0,
    layer: Layer | None = None,
) -> Reconstructed:
    """Response and reconstruction of events in the same films.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer: ``"film"``, ``"gas"`` and
        ``"fibre"``.
    job
        Settings of response and reconstruction.
    sheets
        Depths of the films in mm.
    rng
        Generator of random numbers.
    first
        Number of the first event: the others happen `APART` from one another.
    layer
        Material between two films, that of the default stack if None.

    Returns
    -------
    Reconstructed
        Tracks and vertices of all events, times in ns from the first event on.
    """
    response = response_of(crossings, job, sheets, rng, first)
    setup = job.setup(sheets, layer)
    return reconstruct(response.rows, setup, response.gas, response.fibres, job.tile)


class Response(NamedTuple):
    """What the detector has recorded."""

    rows: StructuredArray
    """Base-tracks, an array of `wayside.emulsion.signals.BASETRACK`."""
    gas: StructuredArray
    """Hits of the gas detectors, an array of `wayside.emulsion.signals.HIT`."""
    fibres: StructuredArray
    """Hits of the fibres, likewise."""


def response_of(
    crossings: Mapping[str, StructuredArray],
    job: Job,
    sheets: Sheets,
    rng: np.random.Generator,
    first: int = 0,
) -> Response:
    """Response to events in the same films; parameters as in `of_crossings`."""
    readout = job.emulsion.build_readout()
    rows = respond(crossings["film"], job, sheets, rng)
    gas, fibre = crossings["gas"].copy(), crossings["fibre"].copy()
    for layer_crossings in (gas, fibre):
        layer_crossings["time"] += APART * (layer_crossings["event"] - first)
    gas_hits = hits(gas, readout.gas_error, readout.gas_time, readout.gas_efficiency, rng)
    # The fibre that is hit gives the depth to a centimetre; the place along it is not used.
    fibre_hits = hits(fibre, 0.0, readout.fibre_time, readout.fibre_efficiency, rng)
    return Response(rows, gas_hits, fibre_hits)
