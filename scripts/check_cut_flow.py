"""Recompute the cut flow of a search from the candidates alone, without the package.

Usage::

    python scripts/check_cut_flow.py CANDIDATES_FOLDER SEARCH_FOLDER

CANDIDATES_FOLDER has ``candidates.parquet``; SEARCH_FOLDER is what ``wayside search --out`` wrote.
Definitions of cuts, vetoes, halves, sampling weights and bins are written down here a second time,
from docs/theory/search.md and the descriptions in the file; nothing is imported from wayside. The
numbers of particles by energy and the weights of decays are those of ``search.json``. Prints the
largest relative difference of any number, and ends with 1 if it is above 1e-9 (single precision of
the columns aside, sums differ in their order alone).
"""

import json
import math
import sys
from pathlib import Path

import pyarrow.parquet as pq

TOLERANCE = 1e-9

SAMPLES = {
    "muon-above": ("muon-above", "above"),
    "muon-front": ("muon-front", "front"),
    "klong-front": ("klong-front", "front"),
    "neutron-front": ("neutron-front", "front"),
    "photon-front": ("photon-front", "front"),
    "photon-bare": ("photon-bare", "front"),
    "electron-front": ("electron-front", "front"),
    "klong-above": ("klong-rock", "above"),
    "neutron-above": ("neutron-rock", "above"),
}

# Samples of lower energies, and the energies in GeV up to which they take the place of those above.
SLOW = {
    "muon-above": (("muon-above-slow", 10.0),),
    "muon-front": (("muon-front-slow", 4.0),),
    "neutron-above": (("neutron-rock-slow", 0.6), ("neutron-rock-mid", 2.0)),
}

SIGNAL = ("signal-pairs", "signal-0.691", "signal-0.3", "signal-0.1")

# Masses in GeV of the prongs by channel.
PRONGS = (0.51099895e-3, 0.1056583755, 0.13957039)

# Width, height and depth in m of the blocks that were simulated: 33, each with a gas detector.
WIDTH, HEIGHT, DEPTH = 0.2, 0.3, 1.32


def smaller(row, name):
    """Smaller value of both tracks."""
    return min(row[f"{name}_1"], row[f"{name}_2"])


def larger(row, name):
    """Larger value of both tracks."""
    return max(row[f"{name}_1"], row[f"{name}_2"])


VALUES = {
    "mass": lambda row: row["mass"],
    "electron_mass": lambda row: row["electron_mass"],
    "grains": lambda row: larger(row, "grains"),
    "passing": lambda row: row["passing"],
    "opening": lambda row: row["opening"],
    "momentum_sum": lambda row: math.sqrt(
        row["sum_x"] ** 2 + row["sum_y"] ** 2 + row["sum_z"] ** 2
    ),
    "softer_momentum": lambda row: smaller(row, "momentum"),
    "base_tracks": lambda row: smaller(row, "base_tracks"),
    "companions": lambda row: row["companions"],
    "vertex_chi2": lambda row: row["chi2"],
    "track_chi2": lambda row: larger(row, "track_chi2"),
    "depth_error": lambda row: row["sigma_z"],
}

KEPT_BELOW = {"grains", "companions", "vertex_chi2", "track_chi2", "depth_error"}


def passes(row, cuts):
    """Whether a row passes all of several cuts."""
    for name, threshold in cuts:
        value = VALUES[name](row)
        if value > threshold if name in KEPT_BELOW else value < threshold:
            return False
    return True


def not_vetoed(row, vetoes):
    """Probability that a timed candidate is vetoed by no layer."""
    if not row["timed"]:
        return 0.0
    places = row["fibres_upstream"] - (row["exits_upstream"] if vetoes["spare_exits"] else 0)
    if vetoes["fibre_veto"] == "all":
        exits = row["exits_downstream"] if vetoes["spare_exits"] else 0
        places += row["fibres_downstream"] - exits
    weight = (1.0 - vetoes["fibre_efficiency"]) ** (vetoes["fibre_layers"] * places)
    if vetoes["gas_veto"]:
        gaps = row["gaps_before"] + (1 if row["gap_birth"] > 0 else 0)
        weight *= (1.0 - vetoes["gas_efficiency"]) ** gaps
    return weight


def bin_of(edges, value):
    """Index of the bin with lower edge <= value, -1 outside."""
    for k in range(len(edges) - 1):
        if edges[k] <= value < edges[k + 1]:
            return k
    return -1


def reference_weight(row, side, edges):
    """Candidates per particle of its energy bin, of one half of the events."""
    k = bin_of(edges, row["kinetic_energy"])
    if k < 0:
        return -1, 0.0
    if side == "above":
        shape = min(row["direction_y"], 0.0) ** 2
        upright = HEIGHT * DEPTH + WIDTH * HEIGHT
        rate = 0.5 * math.pi * WIDTH * DEPTH + 0.25 * math.pi * upright
    else:
        shape, rate = 1.0, WIDTH * HEIGHT
    width = math.log(edges[k + 1] / edges[k])
    weight = shape / (row["kinetic_energy"] * row["sampling_density"])
    return k, weight / (rate * width * 0.5)


def background(rows, kind, selection, particles, cuts):
    """Expected events of a kind, and number of simulated events, with some of the cuts."""
    edges = selection["fakes"][kind]["edges_gev"]
    heaviest = {}
    for row in rows:
        if not passes(row, cuts):
            continue
        k, weight = reference_weight(row, SAMPLES[kind][1], edges)
        value = weight * not_vetoed(row, selection["vetoes"])
        if k >= 0 and value > 0.0:
            expected = value * particles[kind][k]
            heaviest[row["event"]] = max(heaviest.get(row["event"], 0.0), expected)
    total = math.fsum(heaviest.values())
    error = math.sqrt(math.fsum(value**2 for value in heaviest.values()))
    return total, error, len(heaviest)


def signal(rows, selection, weights, cuts, tracks):
    """Fraction of the decays that is left with some of the cuts."""
    measured = selection["signal"]
    heaviest = {}
    for row in rows:
        weight = not_vetoed(row, selection["vetoes"])
        if weight == 0.0 or not passes(row, cuts):
            continue
        mass = PRONGS[row["channel"]]
        energy = row["pair_energy"]
        softer = min(row["pair_softer"] + mass, 0.5 * energy)
        sizes = [math.sqrt(max(e**2 - mass**2, 0.0)) for e in (softer, energy - softer)]
        pair = 2.0 * math.sqrt(sizes[0] * sizes[1]) * math.sin(0.5 * row["pair_opening"])
        place = [row["channel"]]
        for name, value in (("mass_edges_gev", pair), ("energy_edges_gev", energy)):
            inner = measured[name][1:-1]
            place.append(sum(1 for edge in inner if edge < value))
        value = weights[place[0]][place[1]][place[2]] * weight
        key = row["sample"], row["event"]
        heaviest[key] = max(heaviest.get(key, 0.0), value)
    radius = max((threshold for name, threshold in cuts if name == "passing"), default=0.0)
    return math.fsum(heaviest.values()) * math.exp(-math.pi * tracks * radius**2)


def read(folder):
    """Rows of the half that was not tuned on by sample, and numbers of simulated particles."""
    table = pq.read_table(folder / "candidates.parquet")
    about = json.loads(table.schema.metadata[b"wayside-candidates"])
    names = [sample["name"] for sample in about["samples"]]
    lists = {"fibre_x", "fibre_y", "fibre_z", "fibre_delay", "fibre_exit"}
    lists |= {"gap", "gap_crossings", "gap_delay"}
    table = table.drop_columns([name for name in table.column_names if name in lists])
    by_sample = {name: [] for name in names}
    for row in table.to_pylist():
        if row["event"] // 2 % 2 == 1:
            by_sample[names[row["sample"]]].append(row)
    return by_sample, {sample["name"]: sample for sample in about["samples"]}


def of_kind(by_sample, described, kind):
    """Rows of a kind from its samples, whose events have different names."""
    rows, low, main = [], 0.0, SAMPLES[kind][0]
    if described[main].get("joined") == main:
        names = [name for name in described if described[name].get("joined") == main]
        return [{**row, "event": (name, row["event"])} for name in names for row in by_sample[name]]
    for name, high in (*SLOW.get(kind, ()), (main, math.inf)):
        if described.get(name, {}).get("simulated"):
            own = [row for row in by_sample[name] if low <= row["kinetic_energy"] < high]
            rows += [{**row, "event": (name, row["event"])} for row in own]
            low = high
    return rows


def main():
    """Compare all numbers of the cut flow."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    candidates, folder = map(Path, sys.argv[1:])
    by_sample, described = read(candidates)
    selection = json.loads((folder / "selection.json").read_text())
    result = json.loads((folder / "search.json").read_text())
    weights = result["weights"]
    cuts = list(selection["cuts"].items())
    decays = [row for name in SIGNAL for row in by_sample.get(name, ())]
    decays = [row for row in decays if row["at_origin"] and row["channel"] < 3]
    worst, compared = 0.0, 0
    for k, step in enumerate(result["cut_flow"]):
        tracks = weights["unrelated_tracks_per_m2"]
        pairs = [(signal(decays, selection, weights["decays"], cuts[:k], tracks), step["signal"])]
        for kind in step["background"]:
            rows = of_kind(by_sample, described, kind)
            own = background(rows, kind, selection, weights["particles"], cuts[:k])
            pairs += [
                (own[0], step["background"][kind]),
                (own[1], step["error"][kind]),
                (own[2], step["simulated_events"][kind]),
            ]
        for mine, theirs in pairs:
            difference = abs(mine - theirs) / max(abs(theirs), 1e-300) if mine != theirs else 0.0
            worst, compared = max(worst, difference), compared + 1
        print(f"{step['cut']:32} signal {pairs[0][0]:.10g} {pairs[0][1]:.10g}")
    print(f"{compared} numbers, largest relative difference {worst:.2g}")
    sys.exit(int(worst > TOLERANCE))


if __name__ == "__main__":
    main()
