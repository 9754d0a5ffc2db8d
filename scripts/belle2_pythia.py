"""Pythia with the decays of Belle II: events of one class at a collider, for `make_kaon_tables`.

B and D mesons, charmonia and charmed baryons decay by the Belle II table (``DECAY_BELLE2.DEC``, as
decaylanguage ships it), loaded into Pythia's own particle data: shares and daughters are the
table's, momenta are phase space, or V-A where a lepton and its neutrino come out, and where the
table leaves a share to Pythia's fragmentation that is what happens. Everything else is Pythia's.
"""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PAIRS = ("bb", "dd")
CONTINUUM = {"u": 2, "d": 1, "s": 3, "c": 4}


@dataclass(frozen=True)
class Collider:
    """Energy in GeV, cross-sections in nb, and the pair at rest: charged, neutral, charged share.

    ``prefix`` begins the names of files in the work folder.
    """

    sqrt_s: float
    sigma: dict[str, float]
    origin: str
    pair: tuple[int, int, float]
    prefix: str


COLLIDERS = {
    "belle2": Collider(
        10.58,
        {"bb": 1.110, "u": 1.61, "d": 0.40, "s": 0.38, "c": 1.30, "tau": 0.919},
        "Belle II Physics Book, PTEP 2019 (2019) 123C01, table 3",
        (521, 511, 0.514),  # PDG 2024
        "klong",
    ),
    "besiii": Collider(
        3.78,
        {"dd": 6.49, "u": 8.8, "d": 2.2, "s": 2.2, "tau": 3.0},
        "D pairs of the psi(3770): CLEO, Phys. Rev. D 89 (2014) 072002; light quarks: R = 2.17"
        " below it; tau: lowest order",
        (411, 421, 0.444),
        "besiii",
    ),
}

# How Belle II sets Pythia's fragmentation.
FRAGMENTATION = (
    "StringFlav:etaSup = 0.27",
    "StringFlav:etaPrimeSup = 0.12",
    "StringFragmentation:stopMass = 0.3",
    "StringZ:aLund = 0.32",
    "StringZ:bLund = 0.62",
    "StringZ:rFactC = 1.0",
    "ParticleDecays:multIncrease = 4.5",
    "ParticleDecays:multIncreaseWeak = 2.0",
    "ParticleDecays:FSRinDecays = on",
    "TimeShower:QEDshowerByQ = on",
)

# Particles whose decays hold none of what is counted: not followed.
HYPERONS = (3112, 3122, 3222, 3312, 3322)
STABLE = (111, 211, 321, 310, 130, 13, 2112)

LOWEST_MASS = 1.5
"""GeV, of the virtual photon after initial-state radiation."""


def table_of(parser: Any, mother: str) -> Iterator[tuple[float, list[str], str, list[Any]]]:
    """Share, daughters, model and its parameters of each mode."""
    for mode in parser._find_decay_modes(mother):
        details = parser._decay_mode_details(mode, False)
        parameters = list(details["model_params"] or ())
        yield float(details["bf"]), list(details["fs"]), str(details["model"]), parameters


def pythia_mode(model: str, parameters: list[Any], products: list[int]) -> tuple[int, list[int]]:
    """Pythia's number for how momenta are drawn, and the products in its order."""
    if model == "PYTHIA":
        return int(float(parameters[0])), products
    leptons = [p for p in products if 11 <= abs(p) <= 16]
    if len(leptons) == 2 and len(products) == 3 and abs(sum(leptons)) == 1:
        neutrino, charged = sorted(leptons, key=lambda p: abs(p) % 2)
        return 22, [neutrino, charged, *(p for p in products if p not in leptons)]
    return 0, products


def load_decays(data: Any, allowed: tuple[str, ...]) -> dict[str, float]:
    """Replace decays in Pythia's particle data by the Belle II table's.

    Returns
    -------
    dict
        Fraction of each mother's decays that could not be expressed: unknown particles, closed
        phase space. The rest is scaled up to one.
    """
    import decaylanguage
    from particle.converters import EvtGenName2PDGIDBiMap
    from particle.exceptions import MatchingIDNotFound

    path = Path(decaylanguage.__file__).parent / "data" / "DECAY_BELLE2.DEC"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parser = decaylanguage.DecFileParser(str(path))
        parser.parse()
    aliases = parser.dict_aliases()
    lost = {}
    for mother in allowed:
        number = int(EvtGenName2PDGIDBiMap[mother])
        if not data.isParticle(number):
            continue
        modes, missing, total = [], 0.0, 0.0
        for share, daughters, model, parameters in table_of(parser, mother):
            if share <= 0.0:
                continue
            total += share
            try:
                names = [aliases.get(name, name) for name in daughters]
                products = [int(EvtGenName2PDGIDBiMap[name]) for name in names]
            except MatchingIDNotFound:
                missing += share
                continue
            mode, products = pythia_mode(model, parameters, products)
            charge = sum(data.chargeType(p) for p in products)
            # Quarks get constituent masses when they fragment; Pythia itself turns those away.
            light = mode != 0 or sum(data.m0(p) for p in products) < data.m0(number) + 0.1
            if (
                not all(data.isParticle(p) for p in products)
                or charge != data.chargeType(number)
                or len(products) > 8
                or not light
            ):
                missing += share
                continue
            modes.append((share, mode, products))
        entry = data.particleDataEntryPtr(number)
        entry.clearChannels()
        for share, mode, products in modes:
            entry.addChannel(1, share / (total - missing), mode, *products)
        entry.setMayDecay(True)
        lost[mother] = missing / total
    return lost


MOTHERS = (
    *("B0", "B+", "B*0", "B*+", "D0", "D+", "D_s+", "D*0", "D*+", "D_s*+", "D_0*0", "D_0*+"),
    *("D_10", "D_1+", "D'_10", "D'_1+", "D_2*0", "D_2*+", "D_s0*+", "D_s1+", "D'_s1+", "D_s2*+"),
    *("eta_c", "J/psi", "psi(2S)", "psi(3770)", "chi_c0", "chi_c1", "chi_c2", "h_c"),
    *("eta_c(2S)", "Lambda_c+", "Sigma_c0", "Sigma_c+", "Sigma_c++", "Sigma_c*0"),
    *("Sigma_c*+", "Sigma_c*++"),
)
"""Whose decays are taken from the table; Pythia 8.317 fails on its fragmentation of Xi_c0."""


def generator(
    kind: str, sqrt_s: float, seed: int, radiation: bool = True, hyperons: bool = False
) -> tuple[Any, dict]:
    """Pythia ready for one class of events, and the shares of decays lost."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    lines = ["Print:quiet = on", "Random:setSeed = on", f"Random:seed = {seed}", *FRAGMENTATION]
    stable = STABLE if hyperons else STABLE + HYPERONS
    lines += [f"{number}:mayDecay = off" for number in stable]
    if kind in PAIRS:
        lines.append("ProcessLevel:all = off")
    else:
        wanted = 15 if kind == "tau" else CONTINUUM[kind]
        lines += [
            "Beams:idA = 11",
            "Beams:idB = -11",
            f"Beams:eCM = {sqrt_s}",
            "WeakSingleBoson:ffbar2gmZ = on",
            f"PDF:lepton = {'on' if radiation else 'off'}",
            f"23:mMin = {LOWEST_MASS}",
            f"PhaseSpace:mHatMin = {LOWEST_MASS}",
            "23:onMode = off",
            f"23:onIfAny = {wanted}",
        ]
    for line in lines:
        if not pythia.readString(line):
            message = f"Pythia does not know: {line}"
            raise SystemExit(message)
    if kind == "tau":
        # Without correlations of spins a decay takes a tenth of the time.
        pythia.readString("TauDecays:mode = 0")
    lost = load_decays(pythia.particleData, MOTHERS)
    if not pythia.init():
        message = f"{kind}: Pythia does not start"
        raise SystemExit(message)
    return pythia, lost


def append_pair(pythia: Any, collider: Collider, rng: np.random.Generator) -> None:
    """A B or D pair of a vector at rest that e+e- make with helicity +-1: sin^2 about the beam."""
    charged, neutral, share = collider.pair
    number = charged if rng.random() < share else neutral
    mass = pythia.particleData.m0(number)
    energy = 0.5 * collider.sqrt_s
    momentum = math.sqrt(energy**2 - mass**2)
    while True:
        cosine = 2.0 * rng.random() - 1.0
        if rng.random() < 1.0 - cosine**2:
            break
    phi = 2.0 * math.pi * rng.random()
    sine = math.sqrt(1.0 - cosine**2)
    x, y, z = (
        momentum * sine * math.cos(phi),
        momentum * sine * math.sin(phi),
        momentum * cosine,
    )
    pythia.event.reset()
    pythia.event.append(number, 1, 0, 0, x, y, z, energy, mass)
    pythia.event.append(-number, 1, 0, 0, -x, -y, -z, energy, mass)
