"""Vertices of unrelated tracks: the law, the chance of one time, tiles of recorded crossings."""

import math

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy.stats import poisson

from wayside.backgrounds import accidentals
from wayside.constants import SECONDS_PER_DAY
from wayside.data import read_table
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.generator.records import PRIMARY
from wayside.reconstruction.accidentals import overlay, pool, tile_vertices
from wayside.reconstruction.gas_hits import coincidences
from wayside.reconstruction.job import Job
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection

JOB = Job(EmulsionSection(), ReconstructionSection())


@pytest.mark.parametrize("spectrum", accidentals.SPECTRA)
def test_law_goes_through_its_points(spectrum: accidentals.Spectrum) -> None:
    table = read_table("accidental_vertices")
    rows = np.flatnonzero(table["spectrum"] == accidentals.SPECTRA.index(spectrum))
    assert len(rows) >= 4
    deviance = 0.0
    for row in rows:
        mean = accidentals.law(table["density"][row], spectrum).value * table["area"][row]
        seen = table["unrelated"][row]
        deviance += 2.0 * (mean - seen + (seen * math.log(seen / mean) if seen else 0.0))
    # Chi-squared of (points - 3) degrees of freedom; two vertices may share a track's neighbours,
    # so twice that of one chance in a thousand.
    assert deviance < 2.0 * {1: 10.8, 2: 13.8}[len(rows) - 3]


def test_law_is_quadratic_where_few_are() -> None:
    one, two = (accidentals.law(n, "rock").value for n in (1.0, 2.0))
    assert two / one == pytest.approx(4.0, rel=0.01)
    assert accidentals.law(0.0, "rock").value == 0.0
    with pytest.raises(InputError, match="scanned"):
        accidentals.law(-1.0, "rock")
    with pytest.raises(InputError, match="spectrum"):
        accidentals.law(1.0, "moon")  # type: ignore[arg-type]


def test_replacing_films_helps() -> None:
    # Half the density in twice as many films: half the vertices where the law is quadratic.
    few = accidentals.accidentals(10.0, 600.0, 33, hits(5.0, 90.0), "rock", 4e-4, 2.0)
    many = accidentals.accidentals(10.0, 600.0, 33, hits(10.0, 180.0), "rock", 4e-4)
    assert few["vertex"].value / many["vertex"].value == pytest.approx(0.5, rel=0.01)
    assert 0.0 < few["timed"].value < few["vertex"].value


def test_common_area_of_two_circles() -> None:
    radius = 0.2
    assert accidentals.common_area(0.0, radius) == pytest.approx(math.pi * radius**2)
    assert accidentals.common_area([0.4, 0.5], radius) == pytest.approx([0.0, 0.0])
    # Its derivative is minus the common chord.
    d, h = 0.25, 1e-5
    slope = (accidentals.common_area(d + h, radius) - accidentals.common_area(d - h, radius)) / (
        2.0 * h
    )
    assert slope == pytest.approx(-2.0 * math.sqrt(radius**2 - 0.25 * d**2), rel=1e-6)


def hits(scanned: float, days: float) -> accidentals.GasHits:
    return accidentals.GasHits(accidentals.GAS_PER_SCANNED * scanned / 100.0, days)


def agreeing(
    hits: float, exposure_ns: float, distance: np.ndarray, own: bool, rng: np.random.Generator
) -> np.ndarray:
    """Numbers of times that two tracks have in common, so far apart, by drawing all hits."""
    radius = accidentals.GAS_RADIUS
    half = 3.0 * radius
    out = np.empty(len(distance), dtype=np.int64)
    for k, d in enumerate(distance):
        n = rng.poisson(hits * (2.0 * half + d) * 2.0 * half)
        x, y = rng.uniform(-half, half + d, n), rng.uniform(-half, half, n)
        time = rng.uniform(0.0, exposure_ns, n)
        lists = []
        for centre in (0.0, d):
            inside = np.hypot(x - centre, y) < radius
            more = rng.uniform(0.0, exposure_ns, 1 if own else 0)
            lists.append(np.sort(np.concatenate([time[inside], more])))
        both = np.concatenate(lists)
        # A common hit is in both lists, at one time.
        order = np.argsort(both, kind="stable")
        rows = np.argsort(order, kind="stable")
        first, second = np.sort(rows[: len(lists[0])]), np.sort(rows[len(lists[0]) :])
        out[k] = len(coincidences(both[order], first, second, accidentals.GAS_WINDOW))
    return out


@pytest.mark.parametrize("hits", [20.0, 200.0, 1000.0])
def test_one_common_hit(hits: float) -> None:
    rng = np.random.default_rng(round(hits))
    number = 3000
    reach = 2.0 * accidentals.GAS_RADIUS
    times = agreeing(hits, 1e15, rng.uniform(0.0, reach, number), False, rng)
    chance = accidentals.one_common_hit(hits) / reach
    seen = np.count_nonzero(times == 1)
    # Chance of failing: 2e-5 each.
    assert poisson.cdf(seen, number * chance) > 1e-5
    assert poisson.sf(seen - 1, number * chance) > 1e-5


def test_hits_that_agree_by_chance() -> None:
    rng = np.random.default_rng(9)
    number, hits, exposure = 4000, 50.0, 1e6
    times = agreeing(hits, exposure, np.full(number, 3.0 * accidentals.GAS_RADIUS), True, rng)
    days = exposure / (1e9 * SECONDS_PER_DAY)
    chance = accidentals.random_agreements(accidentals.GasHits(hits, days)).muon
    seen = np.count_nonzero(times >= 1)
    assert 1e-3 < chance < 0.05
    assert poisson.cdf(seen, number * chance) > 1e-5
    assert poisson.sf(seen - 1, number * chance) > 1e-5


def drawn_in_time(
    hits: accidentals.GasHits, distance: float, number: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Fractions of pairs of circles with just one agreement: of muons alone, with beam hits only.

    Each circle has its own track's hit and the muons' hits over the time, and beam hits in the
    part of it in which the beams are on; one hit may lie in both circles.
    """
    radius = accidentals.GAS_RADIUS
    ns = hits.exposure * 1e9 * SECONDS_PER_DAY
    common = float(accidentals.common_area(distance, radius))
    own = math.pi * radius**2 - common
    counts = {True: 0, False: 0}
    kinds = ((hits.cosmic, 1.0, False), (hits.beam, hits.duty, True))
    for _ in range(number):
        pairs: list[bool] = []
        sides: list[tuple[np.ndarray, np.ndarray]] = []
        shared_time, shared_beam = [], []
        for density, span, is_beam in kinds:
            n = rng.poisson(density * common)
            shared_time.append(rng.uniform(0.0, span * ns, n))
            shared_beam.append(np.full(n, is_beam))
        for _side in range(2):
            times, beams = (
                [*shared_time, rng.uniform(0.0, ns, 1)],
                [*shared_beam, np.zeros(1, bool)],
            )
            for density, span, is_beam in kinds:
                n = rng.poisson(density * own)
                times.append(rng.uniform(0.0, span * ns, n))
                beams.append(np.full(n, is_beam))
            sides.append((np.concatenate(times), np.concatenate(beams)))
        (one, one_beam), (other, other_beam) = sides
        near = np.abs(one[:, None] - other) < accidentals.GAS_WINDOW
        for i, j in np.argwhere(near):
            pairs.append(bool(one_beam[i] and other_beam[j]))
        if len(pairs) == 1:
            counts[pairs[0]] += 1
    return counts[False] / number, counts[True] / number


@pytest.mark.parametrize("distance", [0.1, 1.0])
def test_one_time_with_beam_hits(distance: float) -> None:
    """Muons and beams on for a third of the time, as many agreements as there are vertices."""
    rng = np.random.default_rng(21)
    days = 2e4 / (1e9 * SECONDS_PER_DAY)
    given = accidentals.GasHits(20.0, days, 60.0, 1.0 / 3.0)
    number = 4000
    of_muons, of_beam = drawn_in_time(given, distance, number, rng)
    agreeing_pairs = accidentals.random_agreements(given)
    radius = accidentals.GAS_RADIUS
    mu = float(accidentals.common_area(distance, radius)) * (given.cosmic + given.beam)
    # Pairs of different hits and hits in common are independent Poisson numbers, but for pairs that
    # share a hit: a tenth, and five standard deviations (fails once in 1e6).
    none = math.exp(-agreeing_pairs.muon - agreeing_pairs.beam - mu)
    for fraction, mean, part in (
        (of_muons, agreeing_pairs.muon, given.cosmic),
        (of_beam, agreeing_pairs.beam, given.beam),
    ):
        expected = none * (mean + mu * part / (given.cosmic + given.beam))
        error = 5.0 * math.sqrt(expected / number)
        assert fraction == pytest.approx(expected, rel=0.1, abs=error)


def test_beam_hits_give_times_that_fibres_do_not_veto() -> None:
    quiet = accidentals.GasHits(200.0, 180.0)
    base = accidentals.timed_probability(quiet, 0.0).value
    assert base < 1e-10
    noisy = quiet._replace(beam=20.0)
    assert accidentals.timed_probability(noisy, 0.0).value > 1e-5
    assert accidentals.timed_probability(noisy, 0.0, distinct_hits=True).value < 1e-8
    # So many that none has just one.
    assert accidentals.timed_probability(quiet._replace(beam=1e9), 1.0).value < 1e-20


def muons(number: int, slope: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Stiff toy muons through two blocks, one an event: crossings and primaries."""
    angle = rng.uniform(0.0, 2.0 * np.pi, number)
    tx, ty = slope * np.cos(angle), slope * np.sin(angle)
    zero = np.zeros(number)
    crossings = transport(beam(zero, zero, -0.1, tx, ty, 1e4), 80, rng)
    primaries = np.zeros(number, PRIMARY)
    primaries["event"] = np.arange(number)
    primaries["px"], primaries["py"], primaries["pz"] = 1e4 * tx, 1e4 * ty, 1e4
    return crossings, primaries


@pytest.mark.nightly
def test_tiles_are_films_without_end() -> None:
    rng = np.random.default_rng(12)
    crossings, primaries = muons(50, 0.4, rng)
    events = pool(crossings, primaries, JOB)
    assert events.scanned == 1.0
    copies, tile = 120, 6.0
    rows = overlay(events, copies, tile, rng)
    assert set(rows["event"]) == set(range(copies))
    assert len(rows) == pytest.approx(len(crossings) * copies / 50, rel=0.05)
    for axis in "xy":
        assert np.all(np.abs(rows[f"{axis}_in"]) <= 0.5 * tile)
    # Slopes stay, and the density is the same everywhere.
    slope = np.hypot(rows["x_out"] - rows["x_in"], rows["y_out"] - rows["y_in"]) / 0.05
    assert np.median(slope) == pytest.approx(0.4, rel=0.02)
    first = rows[rows["layer"] == 80]
    quarter = np.count_nonzero((first["x_in"] > 0.0) & (first["y_in"] > 0.0))
    assert abs(quarter - copies / 4) < 4.5 * math.sqrt(copies * 3 / 16)
    # 120 straight muons on 0.36 cm^2 that cross the sides of the tile begin nowhere inside.
    pairs, starts = tile_vertices(rows, JOB, Sheets(blocks=2, width=tile, height=tile), 1, rng)
    assert len(pairs) == 0
    assert starts.sum() <= 2
    steep = pool(*muons(50, 1.2, rng), JOB)
    assert (steep.scanned, len(steep.film)) == (0.0, 0)
