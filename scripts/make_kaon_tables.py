"""Write how many K_L0, or neutrons, an e+e- collision makes, and where they go, from Pythia.

Usage::

    python scripts/make_kaon_tables.py [--collider belle2|besiii] [--hadron klong|neutron]
        [--events 250000] [--seed 5] [--workers 1] [--work FOLDER]
        [--out src/wayside/data/HADRON_production_COLLIDER.csv]
    python scripts/make_kaon_tables.py --check

Needs the extra ``generators``. Each class of events is kept in the work folder when it is done, so
a run that was stopped goes on with the same command. ``--check`` counts K0 in the continuum at
9.98 GeV, where ARGUS measured 0.910 +- 0.060 (doi:10.17182/hepdata.15362.v1).

B and D mesons, charmonia and charmed baryons decay by the Belle II table (``DECAY_BELLE2.DEC``, as
decaylanguage ships it), loaded into Pythia's own particle data: shares and daughters are the
table's, momenta are phase space, or V-A where a lepton and its neutrino come out, and where the
table leaves a share to Pythia's fragmentation that is what happens. Everything else is Pythia's.
"""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from table_script import arguments, command_of, write_table

from wayside.constants import M_KAON_NEUTRAL, M_NEUTRON
from wayside.tasks import TaskTable

K_LONG, K_SHORT = 130, 310

P_STEP, P_BINS = 0.05, 106
COSINE_BINS = 10

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

HADRONS = {
    "klong": ("K_L0", (130,), M_KAON_NEUTRAL),
    "neutron": ("Neutrons and antineutrons", (2112, -2112), M_NEUTRON),
}
"""In words, PDG numbers, mass in GeV."""

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


def produce(collider: str, hadron: str, kind: str, events: int, seed: int) -> dict[str, Any]:
    """Hadrons of one class of events: histogram in p and abs(cos theta), and how many an event."""
    _, wanted, mass = HADRONS[hadron]
    place = COLLIDERS[collider]
    pythia, lost = generator(kind, place.sqrt_s, seed, hyperons=hadron == "neutron")
    rng = np.random.default_rng(seed)
    seen = np.zeros(10, dtype=np.int64)
    momenta = []
    done = failed = charged = 0
    while done < events:
        if kind in PAIRS:
            append_pair(pythia, place, rng)
        if not pythia.next():
            failed += 1
            continue
        done += 1
        count = 0
        for particle in pythia.event:
            number = particle.id()
            if number in wanted and particle.isFinal():
                count += 1
                momenta.append((particle.px(), particle.py(), particle.pz()))
            elif (number == 321 or number == -321) and particle.isFinal():
                charged += 1
        seen[min(count, 9)] += 1
    vectors = np.array(momenta).reshape(-1, 3)
    p = np.linalg.norm(vectors, axis=1)
    cosine = np.abs(vectors[:, 2]) / p
    histogram, _, _ = np.histogram2d(
        p,
        cosine,
        bins=(np.arange(P_BINS + 1) * P_STEP, np.linspace(0.0, 1.0, COSINE_BINS + 1)),
    )
    energy = np.sqrt(p**2 + mass**2)
    return {
        "kind": kind,
        "events": events,
        "failed": failed,
        "seed": seed,
        "lowest_mass": LOWEST_MASS,
        "lost": lost,
        "sigma_nb": 0.0 if kind in PAIRS else pythia.infoPython().sigmaGen() * 1e6,
        "multiplicity": seen.tolist(),
        "k_charged": charged / events,
        "mean_energy": float(energy.mean()) if len(p) else 0.0,
        "outside": int(len(p) - histogram.sum()),
        "counts": histogram.astype(int).tolist(),
    }


def check(events: int, seed: int) -> None:
    """K0 (K_S0 and K_L0) an event in the continuum at 9.98 GeV, and its flavours' shares."""
    total = norm = 0.0
    for kind, number in CONTINUUM.items():
        # ARGUS corrects for initial-state radiation; charges squared weigh the flavours.
        pythia, _ = generator(kind, 9.98, seed, radiation=False)
        kaons = 0
        done = 0
        while done < events:
            if not pythia.next():
                continue
            done += 1
            kaons += sum(p.isFinal() and p.id() in (K_LONG, K_SHORT) for p in pythia.event)
        weight = (4.0 if number % 2 == 0 else 1.0) / 10.0
        total += weight * kaons / events
        norm += weight
        print(f"{kind}: {kaons / events:.4f} K0 an event", flush=True)
    print(f"K0 in the continuum at 9.98 GeV: {total / norm:.4f}; ARGUS 1989: 0.910 +- 0.060")


def write(
    path: Path, collider: Collider, hadron: str, by_class: dict[str, dict[str, Any]], command: str
) -> None:
    """The table: counts by bin and class, what is needed to normalise them in the header."""
    kinds = list(by_class)
    header = {
        "title": f"{HADRONS[hadron][0]} from e+e- collisions at sqrt(s) = {collider.sqrt_s} GeV in"
        " the centre-of-mass frame",
        "origin": f"Pythia {version('pythia8mc')} with Belle II fragmentation settings; B, D,"
        f" charmonium and charmed-baryon decays of DECAY_BELLE2.DEC (decaylanguage"
        f" {version('decaylanguage')}), by scripts/make_kaon_tables.py",
        "version": "1",
        "units": "p_low in GeV (bins of 0.05), cos_low of |cos theta| (bins of 0.1); counts",
        "date": date.today().isoformat(),
        "licence": "facts (numbers computed with a public generator)",
        "command": command,
        "sqrt_s": f"{collider.sqrt_s}",
        "mass": f"{HADRONS[hadron][2]}",
        "classes": " ".join(kinds),
        "sigma_nb": " ".join(f"{collider.sigma[kind]}" for kind in kinds),
        "sigma_origin": collider.origin,
        "events": " ".join(str(by_class[kind]["events"]) for kind in kinds),
        "with_one": " ".join(
            f"{1.0 - by_class[kind]['multiplicity'][0] / by_class[kind]['events']:.5f}"
            for kind in kinds
        ),
        "pythia_sigma_nb": " ".join(f"{by_class[kind]['sigma_nb']:.4f}" for kind in kinds)
        + f" (radiation down to a mass of {LOWEST_MASS} GeV; for comparison only)",
        "lost_share": " ".join(
            f"{name} {share:.4f}"
            for name, share in by_class[kinds[0]]["lost"].items()
            if share > 5e-5
        ),
    }
    lines = []
    for i in range(P_BINS):
        for j in range(COSINE_BINS):
            counts = [by_class[kind]["counts"][i][j] for kind in kinds]
            if any(counts):
                cells = [f"{i * P_STEP:.2f}", f"{j / COSINE_BINS:.1f}", *map(str, counts)]
                lines.append(cells)
    write_table(path, header, ["p_low", "cos_low", *kinds], lines)


def main() -> None:
    """Make what is missing and write the table."""
    parser = arguments(__doc__, events=250_000, seed=5, workers=True, work="build/klong")
    parser.add_argument("--collider", choices=COLLIDERS, default="belle2")
    parser.add_argument("--hadron", choices=HADRONS, default="klong")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        check(min(options.events, 50_000), options.seed)
        return
    collider = COLLIDERS[options.collider]
    prefix = collider.prefix
    if options.hadron != "klong":
        prefix += f"_{options.hadron}"
    names = {f"{prefix}_{kind}_{options.events}_{options.seed}": kind for kind in collider.sigma}
    shared = {
        "collider": options.collider,
        "hadron": options.hadron,
        "events": options.events,
        "seed": options.seed,
    }
    tasks = {name: {**shared, "kind": kind} for name, kind in names.items()}
    packages = {name: version(name) for name in ("pythia8mc", "decaylanguage")}
    table = TaskTable(produce, options.work, tasks, packages)
    table.run(options.workers, fresh=True, report=lambda line: print(line, flush=True))
    classes = {names[name]: result for name, result in table.results()}
    for kind, result in classes.items():
        multiplicity = np.array(result["multiplicity"])
        print(
            f"{kind}: P(>=1) {1.0 - multiplicity[0] / multiplicity.sum():.4f},"
            f" mean {multiplicity @ np.arange(len(multiplicity)) / multiplicity.sum():.4f},"
            f" K+- {result['k_charged']:.3f},"
            f" <E> {result['mean_energy']:.3f} GeV, sigma {result['sigma_nb']:.4f} nb,"
            f" {result['failed']} failed, {result['outside']} outside",
            flush=True,
        )
    command = command_of(options, "collider", "hadron", "events", "seed")
    out = Path(f"src/wayside/data/{options.hadron}_production_{options.collider}.csv")
    write(options.out or out, collider, options.hadron, classes, command)


if __name__ == "__main__":
    main()
