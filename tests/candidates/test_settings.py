"""Candidates are made again only with settings for which the events were kept."""

import pytest
from make_candidates import job_of

from wayside.errors import InputError

HOLES = "reconstruction.max_holes=3"
"""As many as a scenario allows."""


@pytest.mark.parametrize(
    "value",
    [
        "reconstruction.min_sheets=3",
        "reconstruction.veto_sheets=0",
        "emulsion.largest_slope=2.9",
    ],
)
def test_looser_settings_than_the_simulation_kept(value: str) -> None:
    name = value.partition("=")[0]
    with pytest.raises(InputError, match=f"^{name} = .*: events were kept"):
        job_of([value])


def test_tighter_settings() -> None:
    job = job_of(["reconstruction.min_sheets=6", "emulsion.largest_slope=1.7", HOLES])
    assert job.cuts.min_sheets == 6
    assert job.cuts.four_dimensional
