"""Acceptances that are kept: what they let go of comes back the same."""

import numpy as np
import pytest

from wayside.scenario import load_scenario
from wayside.sensitivity.acceptances import Acceptances
from wayside.sensitivity.planes import mass_point

MEGABYTE = 1e6


def acceptances(name: str) -> Acceptances:
    scenario = load_scenario(name, {"run.radiation": "all"})
    (part,) = mass_point(scenario).parts
    return part.acceptances("A")


def bytes_kept(kept: object, seen: set[int]) -> int:
    """Bytes of all arrays that an object holds."""
    if id(kept) in seen:
        return 0
    seen.add(id(kept))
    if isinstance(kept, np.ndarray):
        return kept.nbytes if kept.base is None else bytes_kept(kept.base, seen)
    inner = kept if isinstance(kept, list | tuple) else getattr(kept, "__dict__", {}).values()
    return sum(bytes_kept(value, seen) for value in inner)


@pytest.mark.parametrize("name", ["belle2-forward", "belle2-forward-beams"])
def test_ratios_keep_no_nodes_once_many_lifetimes_were_asked_for(name: str) -> None:
    here = acceptances(name)
    ratio = here.photon_ratio()
    short = np.array([1e-4, 1e-3])
    before = ratio.log(short)
    assert bytes_kept(ratio, set()) > 5 * MEGABYTE
    ratio.log(np.geomspace(1.0, 1e3, 100))
    assert bytes_kept(ratio._curves, set()) < 0.2 * MEGABYTE
    np.testing.assert_array_equal(ratio.log(short), before)
