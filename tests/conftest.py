"""Tests of many cases: some of them by day, all of them at night."""

from collections import defaultdict

import pytest

BY_DAY = {
    "acceptance/test_contours.py::test_sampled_flights_end_inside": 1,
    "acceptance/test_decay.py::test_against_mpmath": 3,
    "acceptance/test_detected.py::test_efficiency_is_that_of_drawn_decays": 3,
    "acceptance/test_estimate.py::test_printed_regulator_by_rings_about_the_beam": 1,
    "acceptance/test_estimate.py::test_slices_of_energy_against_directions": 1,
    "acceptance/test_estimate_sampling.py::test_on_shell": 2,
    "backgrounds/test_accidentals.py::test_one_common_hit": 2,
    "backgrounds/test_collider_muons.py::test_density_integrates_to_one": 2,
    "backgrounds/test_collider_muons.py::"
    "test_photons_along_the_beams_against_the_exact_amplitude": 1,
    "cli/test_point.py::test_text": 5,
    "cosmology/test_equation_3.py::test_table": 4,
    "cosmology/test_relic.py::test_against_slow_reference": 5,
    "generator/test_decays.py::test_angle_in_the_pair_frame": 8,
    "generator/test_decays.py::test_conservation_and_mass_shells": 4,
    "generator/test_flights.py::test_rapidity_and_arrival": 2,
    "generator/test_flights.py::test_slices_of_the_box": 6,
    "models/test_excited.py::test_lepton_widths_to_many_digits": 8,
    "plotting/test_reach_figure.py::test_axes_of_masses": 2,
    "plotting/test_reach_figure.py::test_words_stay_in_place": 10,
    "production/test_density.py::test_nasty_points_against_spinors_and_mpmath": 4,
    "production/test_density.py::test_printed_regulator_is_equation_13": 3,
    "production/test_radiative_events.py::test_azimuth": 4,
    "sensitivity/test_point.py::test_numbers_hang_together": 7,
    "sensitivity/test_result.py::test_planes_of_masses": 2,
}
"""Number of cases by day, evenly from the list of all, where one case takes a second or more."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the cases that wait for the night, before marks choose what is run."""
    cases = defaultdict(list)
    for item in items:
        name = item.nodeid.partition("[")[0].partition("tests/")[2]
        if name in BY_DAY and item.get_closest_marker("nightly") is None:
            cases[name].append(item)
    for name, all_cases in cases.items():
        kept = BY_DAY[name]
        for number, item in enumerate(all_cases):
            if (number * kept) // len(all_cases) == ((number - 1) * kept) // len(all_cases):
                item.add_marker(pytest.mark.nightly)
