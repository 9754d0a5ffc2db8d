"""Table 2 and Eqs. 17 to 19: muons from the collisions and from the sky."""

from math import pi
from typing import Final

import numpy as np
from scipy.integrate import dblquad

from wayside.backgrounds.collider_muons import (
    born,
    branching,
    continuum,
    peak,
    resonant,
    study_density,
)
from wayside.backgrounds.collinear_photons import angular
from wayside.backgrounds.cosmic_muons import Shower, Site, shower
from wayside.backgrounds.occupancy import LIMIT, study_occupancy
from wayside.backgrounds.place import box_of
from wayside.constants import ALPHA, GEV2_TO_FB, M_ELECTRON, M_MUON
from wayside.data import read_table
from wayside.paper.amplitudes import E2, current_squared, pair_in_frame
from wayside.paper.claims import HOLDS, claim, fraction
from wayside.paper.conventions import scenario
from wayside.paper.printed import (
    COSMIC_OCCUPANCY,
    COSMIC_RATE,
    COSMIC_VERTICAL,
    MUONS_CONTINUUM,
    MUONS_PSI,
)
from wayside.paper.rows import Ours, Printed, Row, digits, within
from wayside.paper.section import Context, Outcome

LUMINOSITIES: Final = (10.0, 4.5)
"""Integrated luminosities of Table 2 in fb^-1: away from the resonance, and on the psi(3686)."""

PSI: Final = 100443
SPREAD: Final = 5e-4 * 0.5**0.5 * 3.686
"""Energy spread of BEPCII at the psi(3686) in GeV, from 5e-4 of each beam."""

HALF_A_YEAR: Final = 182.625
"""Days."""


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows of Table 2 and of Eqs. 17 to 19."""
    return Outcome((_equation_17(), _continuum(), _psi(), *_cosmic(), _few()))


def _equation_17() -> Row:
    sqrt_s, cosine = 3.78, 0.6
    k1, k2 = pair_in_frame(sqrt_s, M_ELECTRON, M_ELECTRON, 1.0)
    p1, p2 = pair_in_frame(sqrt_s, M_MUON, M_MUON, cosine)
    # Sum over the photon's polarisations: a current for each of three directions in the frame.
    squared = sum(
        current_product(k1, k2, M_ELECTRON, p1, p2, M_MUON, i, j)
        for i in range(3)
        for j in range(3)
    )
    s = sqrt_s**2
    speed = np.linalg.norm(p1[1:]) / np.linalg.norm(k1[1:])
    trace = float(0.25 * E2**2 * squared / s**2 * speed / (32.0 * pi * s))
    formula = pi * ALPHA**2 / (2.0 * s) * (1.0 + cosine**2)
    return Row(
        key="eq17",
        quantity=f"d sigma/d cos theta of e+e- -> mu+mu- at cos theta = {cosine:g}, 3.78 GeV",
        study=Printed(formula * GEV2_TO_FB, "fb", "pi alpha^2/(2 s) (1 + cos^2)", "eq. 17"),
        same=Ours(trace * GEV2_TO_FB, "Dirac traces with both masses", 1e-9),
        tolerance=within(5e-3, "the muon's mass is left out of Eq. 17: (2 m/sqrt(s))^2 = 0.3 %"),
        right=Ours(
            2.0 * pi * float(angular(np.array(cosine), sqrt_s)) * born(sqrt_s),
            "our formula, with the muon's mass",
            1e-9,
        ),
    )


def current_product(
    k1: np.ndarray,
    k2: np.ndarray,
    m_in: float,
    p1: np.ndarray,
    p2: np.ndarray,
    m_out: float,
    i: int,
    j: int,
) -> float:
    """Components (i, j) of the two currents' tensors multiplied, by the polarisation identity."""

    def component(a: np.ndarray, b: np.ndarray, mass: float) -> float:
        axes = np.eye(4)[1:]
        both = current_squared(a, b, mass, axes[i] + axes[j])
        apart = current_squared(a, b, mass, axes[i] - axes[j])
        return float(0.25 * (both - apart))

    return component(k1, k2, m_in) * component(p1, p2, m_out)


def _continuum() -> Row:
    point = scenario("besiii-forward")
    box, beams = box_of(point, "A"), point.collider.build()
    centre = np.linalg.norm(box.position)
    one_axis = study_density(4.0 * pi * ALPHA**2 / (3.0 * 3.78**2) * GEV2_TO_FB, LUMINOSITIES[0])
    area = 1e4 * float(box.size[0] * box.size[1])
    sides = _front(box, beams) * LUMINOSITIES[0] / area
    return Row(
        key="table2.continuum",
        quantity="collider muons per cm^2, away from resonances",
        study=MUONS_CONTINUUM,
        same=Ours(one_axis, "one muon of the pair, on the beam axis, 6 m away, Eq. 17", 1e-9),
        tolerance=digits(MUONS_CONTINUUM, 0.1),
        right=Ours(
            sides,
            "both charges, over the front face where it stands, photons off the beams",
            1e-3,
        ),
        note=(
            f"one muon at the actual place, {centre:.3f} m away:"
            f" {one_axis * 36.0 / centre**2 * _cosine_factor(box):.4g} /cm^2; both charges without"
            " photons off the beams"
            f" {_front(box, beams, radiation=False) * LUMINOSITIES[0] / area:.4g}:"
            " what radiates comes forward"
        ),
        command="wayside background besiii-forward",
    )


def _cosine_factor(box: object) -> float:
    """(1 + cos^2)/2 at the middle of the front face."""
    position = box.position  # type: ignore[attr-defined]
    cosine = float(position[2] / np.linalg.norm(position))
    return 0.5 * (1.0 + cosine**2)


def _front(box: object, beams: object, *, radiation: bool = True) -> float:
    """Cross-section in fb of muons of both charges through the front face alone."""
    from dataclasses import replace

    # A face without depth: what enters it is what crosses the front.
    thin = replace(box, size=np.array([*box.size[:2], 1e-6]))  # type: ignore[type-var, attr-defined]
    return continuum(beams, thin, radiation=radiation)  # type: ignore[arg-type]


def _psi() -> Row:
    table = read_table("muon_pairs")
    row = int(np.flatnonzero(table["pdgid"] == PSI)[0])
    quoted, to_muons = float(table["quoted"][row]), branching(PSI)[0]
    made = quoted * to_muons * 1e6
    printed_count = study_density(made, LUMINOSITIES[1])
    box = box_of(scenario("besiii-forward"), "A")
    from wayside.collider.beams import Beams

    mass = float(read_table("narrow_vector_states")["mass"][1])
    area = 1e4 * float(box.size[0] * box.size[1])
    right = resonant(Beams.symmetric(mass), box, PSI, SPREAD) * LUMINOSITIES[1] / area
    return Row(
        key="table2.psi",
        quantity="muons per cm^2 from psi(3686)",
        study=MUONS_PSI,
        same=Ours(
            printed_count,
            f"{quoted:g} nb (the study's reference) times {100 * to_muons:g} % to muons, one muon"
            " on the axis",
            1e-9,
        ),
        tolerance=within(
            0.08, "the branching fraction is known to 8 %, and the cross-section to a few"
        ),
        right=Ours(
            right,
            f"both charges, actual place, {peak(mass, PSI, SPREAD):.4g} nb from the line shape",
            1e-2,
        ),
        cause="the printed number is ten times what its cross-section and branching fraction give",
        explained=Ours(10.0 * printed_count, "the same with 45 fb^-1, or 8 % to muons", 1e-9),
        note=f"measured: {float(table['measured'][row]):g} nb",
        command="wayside background besiii-forward --set collider.electron_energy=1.843",
        data=("muon_pairs", "narrow_vector_states"),
    )


def _sky(flux: str, depth: float = 0.0) -> Shower:
    box = box_of(scenario("belle2-forward"), "A")
    return shower(box, Site(depth=depth, flux=flux), 96)  # type: ignore[arg-type]


def _cosmic() -> list[Row]:
    rain, better, rock = _sky("cosine-squared"), _sky("guan2015"), _sky("guan2015", 2750.0)
    vertical, error = COSMIC_VERTICAL
    formula = dblquad(lambda phi, c: vertical * c**2 + 0.0 * phi, 0.0, 1.0, -pi, pi, epsabs=1e-10)[
        0
    ]
    occupancy = {
        name: study_occupancy(rate, HALF_A_YEAR)
        for name, rate in (("study", rain), ("better", better), ("rock", rock))
    }
    horizontal = (
        f"omnidirectional: through a horizontal square metre it is {rain.horizontal:.4g} Hz,"
        f" through a film as the detector holds it {rain.through_film():.4g} Hz"
    )
    rate = "wayside background belle2-forward --set site.overburden=0"
    return [
        Row(
            key="eq19.rate",
            quantity="cosmic muons, the integral of Eq. 19",
            study=COSMIC_RATE,
            same=Ours(formula, "Eq. 19 by quadrature", 1e-9),
            tolerance=digits(COSMIC_RATE, 0.1),
            right=Ours(
                better.omnidirectional, "the same with the flux of Guan et al. above 0.1 GeV", 1e-3
            ),
            note=f"I0 is known to {100 * error / vertical:.1f} %; {horizontal}",
            command=rate,
        ),
        Row(
            key="eq19.surface",
            quantity="what 179.3 Hz/m^2 is taken for: the rate through a square metre of film",
            study=COSMIC_RATE,
            same=Ours(
                rain.through_film(), "Eq. 18 through a film, which stands nearly upright", 1e-3
            ),
            tolerance=within(0.1, "what the flux is known to"),
            right=Ours(better.through_film(), "flux of Guan et al.", 1e-3),
            cause=(
                "Eq. 19 has no cosine of the angle to a surface: it counts muons through a sphere's"
                " cross-section"
            ),
            explained=Ours(rain.omnidirectional, "ours without the cosine", 1e-6),
            command=rate,
        ),
        Row(
            key="table2.cosmic",
            quantity="cosmic muons per cm^2 in 6 months",
            study=COSMIC_OCCUPANCY,
            same=Ours(occupancy["study"][0], "179.3 Hz/m^2 for half a year", 1e-6),
            tolerance=digits(COSMIC_OCCUPANCY, 1e4),
            right=Ours(
                occupancy["better"][2],
                "in a film as the detector holds it, sea level, flux of Guan et al.",
                1e-3,
            ),
            note=(
                f"by Eq. 18: {occupancy['study'][1]:.3g} through a horizontal cm^2,"
                f" {occupancy['study'][2]:.3g} in a film; under 11 m of rock"
                f" {occupancy['rock'][2]:.3g}"
            ),
            command=rate,
            data=("muon_loss",),
        ),
        Row(
            key="section9.replacement",
            quantity="occupancy after 6 months below 10^6 /cm^2",
            study=claim(
                "replacement of the emulsion films in every 6 months", "section 9.2", "counts"
            ),
            same=fraction(
                sum(count < LIMIT for counts in occupancy.values() for count in counts),
                9,
                "ways to count at the surface and under rock",
            ),
            tolerance=HOLDS,
        ),
        Row(
            key="section9.rock",
            quantity="muons that come through 11 m of rock of 2.5 g/cm^3",
            study=Printed(
                None,
                "",
                "fraction of the surface rate",
                "section 9.2",
                "can help shield the cosmic muons",
            ),
            same=Ours(
                rock.through_film() / better.through_film(), "through a film, mean loss", 1e-3
            ),
            reason="the study gives no number",
            command="wayside background belle2-forward",
            data=("muon_loss",),
        ),
    ]


def _few() -> Row:
    collider = 2.0 * study_density(born(3.78), LUMINOSITIES[0])
    cosmic = study_occupancy(_sky("cosine-squared"), HALF_A_YEAR)[2]
    return Row(
        key="section9.far-less",
        quantity="collider muons below a hundredth of the cosmic ones",
        study=claim(
            "contribute far less background events than the cosmic source", "section 9.1", "1"
        ),
        same=fraction(
            int(collider < 0.01 * cosmic), 1, f"case: {collider:.3g} against {cosmic:.3g}"
        ),
        tolerance=HOLDS,
    )
