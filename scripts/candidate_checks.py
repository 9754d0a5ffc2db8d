"""How many candidates each sample is worth, and whether weights give what an unbiased one does."""

from typing import Any, Final

import numpy as np

from wayside.candidates.files import Candidates
from wayside.candidates.weights import Vetoes, effective_count, source_weight
from wayside.data import read_table
from wayside.scenario.hardware import StackSection
from wayside.transport.biased_beams import M2, boxes


def intensity(rows: Any, name: str) -> Any:
    """Shape of a typical source: muons below 11 m of rock, others of spectral index 2."""
    energy = rows["kinetic_energy"].astype(float)
    if name.startswith("muon-above"):
        return (energy + 9.7) ** -3.0 * np.maximum(-rows["direction_y"], 0.0) ** 2
    if name.startswith("muon-front"):
        return np.ones(len(rows))
    return energy**-2.0


def summary(candidates: Candidates) -> None:
    """Print counts of rows and effective counts of events for a typical source of each sample."""
    print("sample           simulated kept vertices timed events  effective: vertex timed  veto")
    for sample in candidates.samples:
        rows = candidates.of(sample["name"])
        timed = rows["timed"]
        density = rows["sampling_density"]
        if sample["beam"] in ("decays", "spread"):
            weight = np.ones(len(rows))
        else:
            weight = intensity(rows, sample["name"]) / density
        veto = Vetoes(fibre_veto="upstream", gas_veto=False).weights(rows)
        counts = [
            effective_count(weight * w, rows["event"]) for w in (np.ones(len(rows)), timed, veto)
        ]
        print(
            f"{sample['name']:22} {sample['simulated']:7} {sample['kept']:6} {len(rows):6}"
            f" {int(timed.sum()):6} {len(np.unique(rows['event'][timed])):6}"
            f"   {counts[0]:8.0f} {counts[1]:8.0f} {counts[2]:8.0f}"
        )


TWINS: Final = {
    "muon-above": "muon-above",
    "muon-front": "muon-front",
    "klong-front": "klong-front",
    "neutron-front": "neutron-front",
    "photon-front": "photon-front",
    "photon-bare": "photon-bare",
    "electron-front": "electron-front",
    "klong-rock": "klong-above",
    "neutron-rock": "neutron-above",
    "neutron-rock-mid": "neutron-above",
    "neutron-cascade-slow": "neutron-above",
    "neutron-cascade-mid": "neutron-above",
    "neutron-cascade": "neutron-above",
}
"""Kinds of the table of fakes that a biased sample must agree with."""


def closure(candidates: Candidates) -> None:
    """Print vertices and timed events per particle, weighted and of the unbiased sample."""
    table = read_table("fake_vertices")
    kinds = [words.split(" ", 1)[1] for words in table.header["kinds"].split("; ")]
    x, y, z = M2 * boxes(StackSection().build())[0].areas
    print(
        "sample            GeV          vertices: weighted    unbiased  timed: weighted, unbiased"
    )
    for sample in candidates.samples:
        if sample["name"] not in TWINS or not sample["simulated"]:
            continue
        rows = candidates.of(sample["name"])
        rows = rows[rows["face"] >= 0]
        energy = rows["kinetic_energy"].astype(float)
        # Sources with energies uniform in the logarithm, and their rates through the blocks.
        if sample["beam"] == "point":
            shape, rate = 1.0 / energy, z
        else:
            shape = np.minimum(rows["direction_y"], 0.0) ** 2 / energy
            rate = 0.5 * np.pi * y + 0.25 * np.pi * (x + z)
        weight = source_weight(rows, shape)
        number = kinds.index(TWINS[sample["name"]])
        for k in np.flatnonzero(table["kind"] == number):
            low, high, entering = (float(table[name][k]) for name in ("low", "high", "entering"))
            within = (energy >= low) & (energy < high)
            total = rate * np.log(high / low)
            words = f"{sample['name']:16} {low:5g}-{high:<5g}"
            for stage, chosen in (("vertex", within), ("gas", within & rows["timed"])):
                _, owner = np.unique(rows["event"][chosen], return_inverse=True)
                by_event = np.bincount(owner, weight[chosen])
                if stage == "gas":
                    # Vertices of one time are one event.
                    by_event = by_event / np.maximum(np.bincount(owner), 1)
                mean, error = by_event.sum() / total, np.sqrt((by_event**2).sum()) / total
                other = table[stage][k] / entering
                spread = np.sqrt(table[f"{stage}_squares"][k]) / entering
                words += f"  {mean:8.2g} +- {error:7.1g} {other:8.2g} +- {spread:7.1g}"
            print(words)
