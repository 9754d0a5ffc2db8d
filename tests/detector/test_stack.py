"""The stack as data: the study's numbers, positions counted a second way, what does not fit."""

import numpy as np
import pytest

from wayside.detector.stack import Stack
from wayside.errors import InputError


def test_the_study() -> None:
    stack = Stack()
    assert stack.depth == pytest.approx(1320.0)
    assert stack.block_depth == pytest.approx(32.0)
    assert stack.sheets == 1320
    # Plate 0.4050, two films 0.0382, base 0.0260 g/cm^2; gas detector from its parts.
    layer = 0.05 * 8.1 + 0.01 * 3.815 + 0.02 * 1.3
    board = (0.5 + 0.05 + 1.325) * 0.1 * 1.86
    mpgd = board + 0.0075 * 8.96 + 0.005 * 1.42 + 0.6 * 1.73e-3
    assert stack.grammage() == pytest.approx(33 * (40 * layer + mpgd), rel=1e-4)


def test_radiation_lengths_by_element() -> None:
    # The invar plates alone: Fe 13.84, Ni 12.68, C 42.70 g/cm^2 (PDG).
    plates = 1320 * 0.05 * 8.1 * (0.638 / 13.84 + 0.36 / 12.68 + 0.002 / 42.7)
    films = 2640 * 0.005 * 3.815 / 11.33
    bases = 1320 * 0.02 * 1.3 / 40.5  # cellulose: 40-42
    copper = 33 * 0.0075 * 8.96 / 12.86
    boards = 33 * 0.1875 * 1.86 / 30.0
    expected = plates + films + bases + copper + boards
    assert Stack().radiation_lengths == pytest.approx(expected, rel=0.01)


def test_positions_one_by_one() -> None:
    stack = Stack(blocks=3, layers=4)
    z, films, plates, gaps = 0.0, [], [], []
    for _ in range(3):
        for _ in range(4):
            plates.append((z, z + 0.5))
            films.append((z + 0.5, z + 0.55))
            films.append((z + 0.75, z + 0.8))
            z += 0.8
        gaps.append((z + 0.535, z + 6.535))
        z += 8.0
    np.testing.assert_allclose(stack.films, films, atol=1e-9)
    np.testing.assert_allclose(stack.plates, plates, atol=1e-9)
    np.testing.assert_allclose(stack.gas_gaps, gaps, atol=1e-9)
    assert stack.depth == pytest.approx(z)


def test_outer_corners() -> None:
    low, high = Stack().outer()
    np.testing.assert_allclose(low, (-211.0, -261.0, -111.0))
    np.testing.assert_allclose(high, (211.0, 261.0, 1431.0))
    assert Stack(shield=0.0, fibres=0.0).outer()[0] == (-100.0, -150.0, 0.0)


def test_what_is_refused() -> None:
    Stack().check_fits(1320.0)
    with pytest.raises(InputError, match="16 would fit"):
        Stack().check_fits(660.0)
    with pytest.raises(InputError, match="its layers take"):
        Stack(mpgd=2.0)
    with pytest.raises(InputError, match="plate"):
        Stack(plate=0.0)
    assert Stack(mpgd=0.0).gas_detector == ()
    assert Stack(mpgd=0.0).gas_gaps.shape == (0, 2)
