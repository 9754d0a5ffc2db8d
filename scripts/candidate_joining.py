"""Samples of the same particles as one, and samples of other tables beside new ones."""

from typing import Any

import numpy as np
from candidate_samples import COMPLETE, JOINED, BeamSample, CascadeSample, Sample, by_name, stack_of

from wayside.candidates.files import Candidates, no_lists
from wayside.candidates.samples import Samples
from wayside.candidates.schema import GAPS, HITS
from wayside.errors import InputError


def drawn_density(sample: Sample, simulated: int, rows: Any) -> Any:
    """Density with which a sample draws the particles that rows come from, times copies."""
    assert isinstance(sample, BeamSample)
    u = np.stack([rows[f"direction_{axis}"] for axis in "xyz"], axis=1).astype(float)
    energy = rows["kinetic_energy"].astype(float)
    for part in sample.beam.energies:
        # In single precision a row may lie beside the end of its range.
        for end, inner in ((part.low, part.low * 1.000001), (part.high, part.high * 0.999999)):
            energy = np.where(np.isclose(energy, end, rtol=1e-6, atol=0.0), inner, energy)
    copies = sample.cascading.copies if isinstance(sample, CascadeSample) else 1
    return simulated * copies * sample.beam.density(stack_of(sample), energy, u, rows["face"] >= 0)


def joined(candidates: Candidates, apart: bool = False) -> Candidates:
    """Rows of samples that go together with the sampling density of all of them, or as before.

    Samples that only together stand for all vertices (`candidate_samples.COMPLETE`) count beside
    the others of their group with a weight that was fixed before.

    A particle of sample k that could have come from any counts with the fraction
    c_k s_k / sum(c s), c being the number of events of one particle: fractions add up to 1, so that
    sums are what they were, and no weight is large that is small in another sample (the balance
    heuristic of Veach and Guibas, SIGGRAPH 1995).

    Parameters
    ----------
    candidates
        The table; each sample by itself, or joined if it is taken apart.
    apart
        Whether samples are taken apart.
    """
    number = {sample["name"]: n for n, sample in enumerate(candidates.samples)}
    rows, described = candidates.rows.copy(), [dict(sample) for sample in candidates.samples]
    for group, names in JOINED.items():
        there = [
            name
            for name in names
            if name in number
            and described[number[name]]["simulated"]
            # Only what is joined can be taken apart, and the other way round.
            and (described[number[name]].get("joined") == group) == apart
        ]
        if group not in there or len(there) == 1:
            continue
        mine = np.flatnonzero(np.isin(rows["sample"], [number[name] for name in there]))
        own, every = np.zeros(len(mine)), np.zeros(len(mine))
        for name in there:
            simulated = described[number[name]]["simulated"]
            density = drawn_density(by_name()[name], simulated, rows[mine])
            every += density
            own += np.where(rows["sample"][mine] == number[name], density, 0.0)
            described[number[name]] |= {"joined": "" if apart else group}
        assert np.all(own > 0.0)
        rows["sampling_density"][mine] *= own / every if apart else every / own
        _weigh(group, mine, rows, described, apart)
    return Candidates(rows, candidates.fibres, candidates.gaps, tuple(described), candidates.about)


def _weigh(group: str, mine: Any, rows: Any, described: list[dict[str, Any]], apart: bool) -> None:
    """Count samples that together stand for all vertices beside the others of their group."""
    if group not in COMPLETE:
        return
    names, weight = COMPLETE[group]
    others = [number for number, sample in enumerate(described) if sample["name"] in names]
    there = [number for number in others if described[number]["simulated"]]
    if len(there) < len(names) or any(
        (described[number].get("joined") == group) != apart for number in there
    ):
        return
    theirs = np.flatnonzero(np.isin(rows["sample"], there))
    for chosen, part in ((mine, 1.0 - weight), (theirs, weight)):
        rows["sampling_density"][chosen] *= part if apart else 1.0 / part
    for number in there:
        described[number] |= {"joined": "" if apart else group}


def with_others(made: Samples, others: Samples) -> Samples:
    """Add the samples of other tables of which nothing was made; lists of places are left out.

    Raises
    ------
    InputError
        If the others have a sample that is not among `candidate_samples.samples`, or candidates
        that were reconstructed with other settings.
    """
    own, old = made.candidates, joined(others.candidates, apart=True)
    if own.about.get("emulsion") != old.about.get("emulsion") or own.about.get(
        "reconstruction"
    ) != old.about.get("reconstruction"):
        raise InputError("--add: those candidates have other settings of the reconstruction")
    numbers = {sample["name"]: number for number, sample in enumerate(own.samples)}
    described = list(own.samples)
    rows, decays = [own.rows], [made.decays]
    for number, sample in enumerate(old.samples):
        name = sample["name"]
        if name not in numbers:
            raise InputError(f"--add: no sample {name!r} is simulated any more")
        place = numbers[name]
        if own.samples[place]["simulated"]:
            continue
        described[place] = sample
        for table, collected in ((old.rows, rows), (others.decays, decays)):
            part = table[table["sample"] == number]
            part["sample"] = place
            collected.append(part)
    every = np.concatenate(rows)
    every = every[np.argsort(every["sample"], kind="stable")]
    lists = (no_lists(columns, len(every)) for columns in (HITS, GAPS))
    candidates = Candidates(every, *lists, tuple(described), own.about)
    return Samples(candidates, np.concatenate(decays))
