"""Cosmic muons: closed forms of Eq. 18, rays through boxes, rock, and another code."""

import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.backgrounds import cosmic_flux, cosmic_muons
from wayside.backgrounds.cosmic_muons import Shower, Site, shower, slope_density, spectrum
from wayside.backgrounds.muon_loss import energy_before, loss, range_of
from wayside.backgrounds.occupancy import occupancy, study_occupancy
from wayside.backgrounds.place import box_of
from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.box import Box

I0 = cosmic_flux.STUDY_VERTICAL
FORWARD = Box.place([0.84, 0.0, 6.0], [0.2, 0.3, 1.32])
BELLE2 = Site(depth=2750.0)

GCCLY15 = {  # kinetic energy in GeV, elevation in degrees: intensity, from mulder 0.3.7
    (0.1, 90.0): 38.7910555,
    (1.0, 90.0): 21.8073044,
    (10.0, 90.0): 1.14203740,
    (1e4, 90.0): 3.15193912e-10,
    (0.1, 10.0): 0.150924088,
    (1e4, 10.0): 1.45230224e-09,
}


def study(box: Box = FORWARD) -> Shower:
    return shower(box, Site(flux="cosine-squared"))


def test_eq_19_is_omnidirectional() -> None:
    """2 pi/3 I0 = 179.3; through a horizontal square metre 2 pi/4 I0."""
    rates = study()
    assert rates.omnidirectional == pytest.approx(2.0 * math.pi / 3.0 * I0, rel=1e-6)
    assert rates.omnidirectional == pytest.approx(179.3, abs=0.05)
    assert rates.horizontal == pytest.approx(0.5 * math.pi * I0, rel=1e-6)


def test_a_vertical_film_sees_half_of_a_horizontal_one() -> None:
    """pi/4 I0 through a vertical plane, both ways."""
    assert study().through_film() == pytest.approx(0.25 * math.pi * I0, rel=1e-3)
    flat = Box.place([0.0, -3.0, 0.0], [0.2, 0.3, 1.32])  # below: looks up
    assert study(flat).through_film() == pytest.approx(0.5 * math.pi * I0, rel=1e-6)


def test_a_box_in_closed_form() -> None:
    """Level box under Eq. 18: its top, and its four sides seen from one side each."""
    box = Box.place([0.0, 0.0, 6.0], [0.2, 0.3, 1.32])
    by_hand = 0.2 * 1.32 * 0.5 * math.pi * I0 + 2 * (0.06 + 0.3 * 1.32) * 0.125 * math.pi * I0
    assert study(box).entering == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize(
    "box",
    [
        FORWARD,
        Box.place([4.0, 0.0, 0.0], [0.2, 0.3, 1.32]),
        Box.place([1.0, 2.0, 3.0], [0.5, 0.2, 0.9], [0.3, -1.0, 0.5], 0.7),
    ],
)
def test_entering_against_rays(box: Box) -> None:
    """Muons from a disc above the detector, thrown one by one through the box."""
    rng = np.random.default_rng(3)
    number = 200_000
    # Directions by cos^2 and points on a disc across each: rate = 2 pi/3 I0 pi R^2 hits/number.
    cosine = rng.random(number) ** (1.0 / 3.0)
    phi = rng.uniform(0.0, 2.0 * math.pi, number)
    sine = np.sqrt(1.0 - cosine**2)
    rays = np.stack([sine * np.cos(phi), -cosine, sine * np.sin(phi)], axis=1)
    side = np.cross(rays, [0.6, 0.0, 0.8])
    side /= np.linalg.norm(side, axis=1)[:, None]
    other = np.cross(rays, side)
    radius = 0.51 * float(np.linalg.norm(box.size))
    r, turn = radius * np.sqrt(rng.random(number)), rng.uniform(0.0, 2.0 * math.pi, number)
    start = (r * np.cos(turn))[:, None] * side + (r * np.sin(turn))[:, None] * other
    with np.errstate(divide="ignore"):
        a = (-0.5 * box.size - start @ box.axes.T) / (rays @ box.axes.T)
        b = (0.5 * box.size - start @ box.axes.T) / (rays @ box.axes.T)
    near, far = np.minimum(a, b).max(axis=1), np.maximum(a, b).min(axis=1)
    hit = float(np.mean(far > near))
    rate = 2.0 * math.pi / 3.0 * I0 * math.pi * radius**2 * hit
    error = 4.0 * rate * math.sqrt((1.0 - hit) / (hit * number))
    assert study(box).entering == pytest.approx(rate, abs=error)


def test_slopes_add_up_to_the_film() -> None:
    rates = shower(FORWARD, BELLE2)
    # Beyond 50 the film shows less than 1/50 of its area.
    assert rates.through_film(50.0) == pytest.approx(rates.through_film(), rel=0.01)
    # Within a slope, against the sum over directions; steps of the sky are 1 per cent.
    fine = shower(FORWARD, BELLE2, order=128)
    local = fine.directions @ FORWARD.axes.T
    inside = np.hypot(local[:, 0], local[:, 1]) <= np.abs(local[:, 2])
    by_sum = float(fine.weights @ np.where(inside, np.abs(local[:, 2]), 0.0))
    assert rates.through_film(1.0) == pytest.approx(by_sum, rel=0.01)
    # About a level axis the sky is the same to the left and to the right, and both ways.
    density = slope_density(FORWARD, BELLE2, [0.4, -0.4, 0.4], [0.7, 0.7, -0.7])
    assert density == pytest.approx(np.full(3, density[0]), rel=1e-9)


def test_flux_against_reference_values() -> None:
    for (kinetic, elevation), value in GCCLY15.items():
        intensity = cosmic_flux.intensity(kinetic, math.sin(math.radians(elevation)))
        assert intensity == pytest.approx(value, rel=1e-5)


def test_flux_against_mulder() -> None:
    mulder = pytest.importorskip("mulder")
    reference = mulder.Reference()
    energy = np.geomspace(0.1, 1e5, 25)
    for elevation in (90.0, 60.0, 30.0, 5.0):
        theirs = np.asarray(reference.flux(energy=energy, elevation=elevation))
        ours = cosmic_flux.intensity(energy, math.sin(math.radians(elevation)))
        assert ours == pytest.approx(theirs, rel=1e-5)


def test_pdg_vertical_intensity() -> None:
    """70 /m^2/s/sr above 1 GeV/c, recent measurements 10 to 15 per cent lower (PDG, 30.3.1)."""
    kinetic = math.hypot(1.0, 0.10566) - 0.10566
    intensity = float(cosmic_flux.above(kinetic, 1.0))
    assert 70.0 * 0.85 <= intensity <= 70.0
    assert intensity == pytest.approx(70.0 * 0.875, rel=0.03)


def test_integrated_flux_against_steps() -> None:
    energy = np.geomspace(0.1, 1e6, 20_001)
    for cosine in (1.0, 0.5, 0.1):
        steps = np.trapezoid(cosmic_flux.intensity(energy, cosine) * energy, np.log(energy))
        assert cosmic_flux.above(0.1, cosine) == pytest.approx(steps, rel=2e-5)


def test_surface_and_rock_against_mulder_s_integrals() -> None:
    """Hz/m^2 and /sr that were computed with mulder: 1 in the last digit given."""
    surface, deep = shower(FORWARD, Site()), shower(FORWARD, BELLE2)
    assert surface.horizontal == pytest.approx(129.4, abs=0.1)
    assert surface.omnidirectional == pytest.approx(171.8, abs=0.15)
    assert float(cosmic_flux.above(0.1, 1.0)) == pytest.approx(84.4, abs=0.1)
    assert deep.horizontal == pytest.approx(28.3, abs=0.1)
    assert deep.omnidirectional == pytest.approx(37.8, abs=0.15)
    vertical = float(BELLE2.above(BELLE2.surface_energy(0.0, 1.0), 1.0))
    assert vertical == pytest.approx(17.8, abs=0.1)


def test_rock_against_mulder() -> None:
    """Its transport with mean losses; with fluctuations 1 per cent less, as the source states."""
    mulder = pytest.importorskip("mulder")
    meter = mulder.Fluxmeter(mulder.Layer(0.0, density=2500.0))
    meter.mode = "continuous"
    for kinetic, elevation in ((0.5, 90.0), (5.0, 90.0), (50.0, 45.0), (5.0, 20.0)):
        state = {"latitude": 0.0, "longitude": 0.0, "altitude": -11.0, "azimuth": 0.0}
        flux = meter.flux(energy=kinetic, elevation=elevation, **state)
        theirs = float(np.ravel(np.asarray(flux))[0])
        ours = float(spectrum(BELLE2, kinetic, math.sin(math.radians(elevation))))
        assert ours == pytest.approx(theirs, rel=0.01)


def test_spectrum_under_rock_integrates_to_what_gets_there() -> None:
    energy = np.geomspace(1e-2, 1e5, 4001)
    for cosine in (1.0, 0.3):
        steps = np.trapezoid(spectrum(BELLE2, energy, cosine) * energy, np.log(energy))
        there = BELLE2.above(BELLE2.surface_energy(1e-2, cosine), cosine)
        assert steps == pytest.approx(float(there), rel=1e-3)


def test_mean_loss_against_the_pdg() -> None:
    """dE/dX = a + bE of standard rock: MeV cm^2/g and 1e-6 cm^2/g (PDG review, table 30.1)."""
    for energy, a, b in ((10.0, 2.17, 1.90), (100.0, 2.44, 3.04), (1e3, 2.68, 3.92)):
        assert float(loss(energy)) == pytest.approx(a + 1e-3 * b * energy, rel=0.01)
    # Ranges in the same table, in km of water: 0.05, 0.41 and 2.45.
    assert range_of([10.0, 100.0, 1e3]) == pytest.approx([4.9e3, 0.41e5, 2.45e5], rel=0.02)
    # Lead, minimum ionisation: 1.122 (PDG, atomic and nuclear properties).
    assert float(loss(0.25, "lead")) == pytest.approx(1.122, rel=0.01)


def test_slowing_down_step_by_step() -> None:
    """Energy behind rock by many small steps of the mean loss, and there and back again."""
    for start, grammage in ((10.0, 2750.0), (100.0, 2750.0), (8.0, 3000.0)):
        energy, steps = start, 500
        for _ in range(steps):
            half = energy - 0.5e-3 * float(loss(energy)) * grammage / steps
            energy -= 1e-3 * float(loss(half)) * grammage / steps
        assert float(energy_before(energy, grammage)) == pytest.approx(start, rel=1e-4)
        assert float(energy_before(energy_before(energy, 1000.0), grammage - 1000.0)) == (
            pytest.approx(start, rel=1e-4)
        )


def test_eleven_metres_of_rock() -> None:
    """Threshold 5.38 GeV; Geant4: 10 GeV lose 5.87, 100 GeV lose 7.4 (half of it by chance)."""
    assert float(energy_before(0.0, 2750.0)) == pytest.approx(5.38, abs=0.02)
    assert float(energy_before(10.0 - 5.87, 2750.0)) == pytest.approx(10.0, abs=0.05)
    assert float(energy_before(100.0 - 7.4, 2750.0)) == pytest.approx(100.0, abs=0.3)
    assert float(energy_before(0.0, 0.0)) == 0.0


def test_energies_add_up_to_what_enters() -> None:
    energy = np.geomspace(1e-3, 1e5, 800)
    per_energy = cosmic_muons.energies(FORWARD, BELLE2, energy)
    total = np.trapezoid(per_energy * energy, np.log(energy))
    assert total == pytest.approx(shower(FORWARD, BELLE2).entering, rel=3e-3)


def test_lead_counts_with_its_slant() -> None:
    site = Site(lead=0.1)
    rays = np.array([[0.0, -1.0, 0.0], [0.0, -math.sqrt(0.5), math.sqrt(0.5)]])
    level = Box.place([0.0, 0.0, 6.0], [0.2, 0.3, 1.32])
    assert cosmic_muons.lead_path(level, rays, site) == pytest.approx([0.1, 0.1 * math.sqrt(2)])
    through = shower(level, site).entering
    without = shower(level, Site()).entering
    # 10 cm of lead stop muons below 0.2 GeV: a few per cent.
    assert 0.94 < through / without < 0.99


def test_occupancy_of_the_study() -> None:
    """0.28e6 per cm^2 in six months is the omnidirectional number, three times a film's."""
    omni, horizontal, film = study_occupancy(study(), 182.625)
    assert omni == pytest.approx(0.283e6, rel=0.003)
    assert horizontal == pytest.approx(0.75 * omni, rel=1e-3)
    assert film == pytest.approx(0.375 * omni, rel=2e-3)


def test_occupancy_and_replacement() -> None:
    scenario = load_scenario("besiii-forward")
    tracks = occupancy(DetectorSetup(scenario, "A"))
    assert tracks.after(tracks.interval()) == pytest.approx(1e6)
    assert tracks.interval() > 1800.0  # days: five years, not half a year
    assert 0.2 < tracks.scanned / tracks.cosmic < 0.3
    rain = shower(box_of(scenario, "A"), cosmic_muons.site_of(scenario))
    assert tracks.cosmic == pytest.approx(rain.through_film() * 8.64, rel=1e-12)


def test_source_follows_the_site() -> None:
    surface = load_scenario("besiii-forward", ["site.exposure=100"])
    (one,) = cosmic_muons.sources(DetectorSetup(surface, "A"))
    (two,) = cosmic_muons.sources(
        DetectorSetup(load_scenario("besiii-forward", ["site.exposure=200"]), "A")
    )
    (deep,) = cosmic_muons.sources(
        DetectorSetup(
            load_scenario("besiii-forward", ["site.exposure=100", "site.overburden=11"]), "A"
        )
    )
    assert (one.key, one.scaling) == ("cosmic-muons", "time")
    assert two.entering.value == pytest.approx(2.0 * one.entering.value)
    assert one.entering.systematic == pytest.approx(0.1 * one.entering.value)
    assert 0.2 < deep.entering.value / one.entering.value < 0.25


def test_charges() -> None:
    """Ratio of CMS; the study uses 55 per cent."""
    share = cosmic_flux.POSITIVE_FRACTION
    assert share / (1.0 - share) == pytest.approx(1.2766, abs=0.001)
