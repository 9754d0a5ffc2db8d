"""Tests of many cases: some of them by day, all of them at night."""

from collections import defaultdict

import pytest

BY_DAY = {
    "acceptance/test_contours.py::test_sampled_flights_end_inside": 1,
    "acceptance/test_decay.py::test_against_mpmath": 3,
    "acceptance/test_detected.py::test_efficiency_is_that_of_drawn_decays": 1,
    "acceptance/test_estimate.py::test_printed_regulator_by_rings_about_the_beam": 1,
    "acceptance/test_estimate.py::test_slices_of_energy_against_directions": 1,
    "acceptance/test_estimate_sampling.py::test_on_shell": 2,
    "acceptance/test_proper_distances.py::test_random_positions_against_the_exact_acceptance": 2,
    "backgrounds/test_accidentals.py::test_one_common_hit": 2,
    "backgrounds/test_collider_muons.py::test_density_integrates_to_one": 2,
    "backgrounds/test_collider_muons.py::"
    "test_photons_along_the_beams_against_the_exact_amplitude": 1,
    "cli/test_point.py::test_each_key_changes_the_answer": 2,
    "cli/test_point.py::test_text": 5,
    "cosmology/test_equation_3.py::test_table": 4,
    "cosmology/test_rates.py::test_against_recoiling_states": 4,
    "cosmology/test_relic.py::test_against_slow_reference": 3,
    "cosmology/test_relic.py::test_at_threshold_against_slow_reference": 3,
    "decays/test_hadrons.py::test_scaled_weights_stay_below_their_bound": 2,
    "detector/test_volumes.py::test_rays_against_marching": 3,
    "generator/test_decays.py::test_angle_in_the_pair_frame": 4,
    "generator/test_decays.py::test_conservation_and_mass_shells": 2,
    "generator/test_flights.py::test_rapidity_and_arrival": 2,
    "generator/test_flights.py::test_slices_of_the_box": 3,
    "generator/test_radiated_events.py::test_momentum_is_conserved": 1,
    "models/test_excited.py::test_lepton_widths_to_many_digits": 8,
    "plotting/test_look.py::test_each_layer_can_be_left_out": 4,
    "plotting/test_reach_figure.py::test_axes_of_masses": 1,
    "plotting/test_reach_figure.py::test_words_stay_in_place": 5,
    "production/test_density.py::test_nasty_points_against_spinors_and_mpmath": 2,
    "production/test_density.py::test_printed_regulator_is_equation_13": 3,
    "production/test_distribution.py::test_norm_of_the_star_density": 2,
    "production/test_process.py::test_events_of_two_processes_fall_in_proportion": 1,
    "production/test_radiative_events.py::test_azimuth": 2,
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
