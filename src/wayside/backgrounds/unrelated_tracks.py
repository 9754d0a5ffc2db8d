"""Vertices of cosmic muons that have nothing to do with each other, as a source of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from wayside.backgrounds import accidentals
from wayside.backgrounds.cosmic_muons import energies_at, relative_error, site_of
from wayside.backgrounds.counts import Count, Stage
from wayside.backgrounds.fakes import gas_silent
from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.pile_up import hit_rates
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source
from wayside.efficiency.selection import SELECTIONS, Selection
from wayside.selections.fakes import FakeBins


@dataclass(frozen=True, eq=False)
class UnrelatedTracks(Source):
    """Accidental vertices; they are counted by a law, and no table follows them stage by stage.

    Attributes
    ----------
    vertices
        Mean numbers over the exposure, by selection.
    distinct
        Mean number of those that two distinct gas hits time, as candidates of a search need.
    """

    vertices: Mapping[Selection, Count] = field(default_factory=dict)
    distinct: Count = field(default_factory=partial(Count, 0.0))

    def fakes(self, stage: Stage) -> Count | None:
        """Mean number of vertices; vetoes that go beyond ``"timed"`` are not applied to them."""
        if stage in ("closed", "quiet", "closed_quiet"):
            return self.vertices["timed"]
        return self.vertices[stage] if stage in SELECTIONS else None

    def selected(self, tables: Mapping[str, FakeBins]) -> Count | None:
        """Mean number that two distinct hits time: cuts on their tracks are not applied to them."""
        del tables
        return self.distinct


def sources(setup: DetectorSetup) -> list[UnrelatedTracks]:
    """Vertices of unrelated cosmic muons in the films of one detector."""
    in_place = setup.scenario.site
    area = 1e4 * float(setup.box.size[0] * setup.box.size[1])
    # There are two spectra: the surface's and that below the rock of Belle II.
    water = in_place.overburden * in_place.rock_density
    spectrum: accidentals.Spectrum = "rock" if water > 0.5 * accidentals.ROCK else "surface"
    rates = hit_rates(setup)
    scanned = occupancy(setup).scanned * in_place.exposure
    replacements = in_place.exposure / min(in_place.film_replacement, in_place.exposure)
    hits = accidentals.GasHits(
        accidentals.GAS_PER_SCANNED * scanned / 100.0 / replacements,
        in_place.exposure / replacements,
        1e-2 * rates.gas * rates.duty * setup.seconds / replacements,
        rates.duty,
    )
    counted = partial(
        accidentals.accidentals,
        scanned,
        area,
        setup.blocks,
        hits,
        spectrum,
        gas_silent("muon-above", *setup.once(energies_at)),
        replacements,
    )
    numbers = counted(distinct_hits=setup.scenario.reconstruction.four_dimensional)
    error = relative_error(site_of(setup.scenario))
    tracks = scanned * area
    depth = f"below {accidentals.ROCK:g}" if spectrum == "rock" else "of 0"
    return [
        UnrelatedTracks(
            "unrelated-tracks",
            "unrelated tracks",
            "time",
            Count(tracks, systematic=error * tracks),
            notes=(
                "entering: cosmic muons through a film at slopes that are scanned",
                f"films replaced every {in_place.film_replacement:g} days; law of tiles for muons"
                f" {depth} m of water equivalent, here {water:.3g}",
            ),
            # Twice as many tracks make four times as many vertices.
            vertices={name: count.times(1.0, 2.0 * error) for name, count in numbers.items()},
            distinct=counted(distinct_hits=True)["timed"].times(1.0, 2.0 * error),
        )
    ]
