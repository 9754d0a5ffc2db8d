"""A search as plain values and tables."""

import math
from typing import Any

from wayside.search.curves import NO_BACKGROUND, UPPER
from wayside.search.flow import Flow
from wayside.search.kept import SPLITTINGS
from wayside.search.prediction import plain as predicted_values
from wayside.search.run import SearchResult, upper_limit
from wayside.search.tree import plain as tree_values
from wayside.selections.film_density import kept_in_films
from wayside.selections.names import SELECTED, TIMED
from wayside.text import csv_text
from wayside.version import __version__


def summary(result: SearchResult) -> dict[str, Any]:
    """Everything of a search as plain values; None for what does not exist.

    Parameters
    ----------
    result
        From `wayside.search.run.search`.
    """
    selection, background = result.selection, result.backgrounds[SELECTED]
    about = selection.about
    return {
        "wayside": __version__,
        "scenario": result.scenario.to_dict(),
        "luminosity_fb": result.scenario.run.luminosity_fb,
        "exposure_days": result.scenario.site.exposure,
        "selection": {
            "name": selection.name,
            "splitting_gev": selection.splitting,
            "cuts": [
                {"variable": cut.variable, "threshold": cut.threshold, "words": cut.words()}
                for cut in selection.cuts.cuts
            ],
            "vetoes": selection.cuts.vetoes._asdict(),
        },
        "signal": {
            "efficiency": result.efficiency,
            "error": result.efficiency_error,
            "timed": result.timed,
            "relative_to_timed": result.efficiency / result.timed if result.timed else None,
        },
        "background": {
            "total": background.value,
            "error": background.error,
            "upper_limit_90": upper_limit(background),
            "by_source": by_source(result),
            "effective_counts": about.get("background_samples", {}),
        },
        "limit": {
            "n_signal": background.n_limit,
            "epsilon_min": _finite(result.epsilon()),
            "background_at_upper_limit": _limit(result, UPPER),
            "timed": _limit(result, "timed"),
            "no_background": _limit(result, NO_BACKGROUND),
        },
        "validation": {**about.get("validation", {})},
        "cut_flow": [_flow(step, result.timed) for step in result.flow],
        "all_cuts_but_one": [_flow(step, result.timed) for step in result.one_less],
        "weights": {
            "particles": {
                kind: list(part.particles) for kind, part in result.untouched.backgrounds.items()
            },
            "decays": result.untouched.decay_weights.tolist(),
            "unrelated_tracks_per_m2": result.untouched.tracks,
        },
        "kept_in_films": {
            step: kept_in_films(result.untouched.tracks, step)._asdict()
            for step in (TIMED, SELECTED)
        },
        "held_out_log_merit": [_finite(float(value)) for value in result.optimum.held_out],
        "kept_by_splitting": {
            "edges_gev": list(SPLITTINGS),
            **{
                channel: {"timed": kept.timed.tolist(), "passed": kept.passed.tolist()}
                for channel, kept in result.kept.items()
            },
        },
        "luminosity": {
            "luminosity_fb": result.curves.luminosity.tolist(),
            **{
                name: {"background": curve.background.tolist(), "epsilon": curve.epsilon.tolist()}
                for name, curve in result.curves.by_selection.items()
            },
        },
        "prediction": predicted_values(result.prediction),
        "tree": None if result.tree is None else tree_values(result.tree, result.timed),
        "flags": list(background.flags),
    }


def by_source(result: SearchResult) -> dict[str, Any]:
    """Background of each source in the signal detectors, timed and selected."""
    sources: dict[str, Any] = {}
    for part in result.budget.together(result.scenario.signal):
        if part.vertices is None:
            sources[part.key] = None
            continue
        counts = {name: part.vertices[name] for name in ("timed", SELECTED)}
        sources[part.key] = {
            name: {
                "value": count.value,
                "statistical": count.statistical,
                "systematic": count.systematic,
            }
            for name, count in counts.items()
        }
    return sources


def flow_csv(result: SearchResult) -> str:
    """Cut flow as CSV: signal, and background by kind with its error and simulated events."""
    header = {
        "what": "cut flow on the untouched sample; vetoes are weights of every step",
        "scenario": result.scenario.name,
        "wayside": __version__,
        "selection": result.selection.name,
        "luminosity": f"{result.scenario.run.luminosity_fb:g} fb^-1",
        "units": "signal: fraction of the decays; background: expected events; events: simulated",
    }
    kinds = list(result.untouched.backgrounds)
    columns = ["cut", "signal"]
    columns += [f"{kind}{end}" for kind in kinds for end in ("", " error", " events")]
    rows: list[list[float | str]] = []
    for step in result.flow:
        row: list[float | str] = [step.what.replace(",", ";"), step.signal]
        for kind in kinds:
            row += [step.background[kind], step.error[kind], float(step.counts[kind])]
        rows.append(row)
    return csv_text(header, columns, rows)


def _flow(step: Flow, timed: float) -> dict[str, Any]:
    return {
        "cut": step.what,
        "signal": step.signal,
        "relative_to_timed": step.signal / timed if timed else None,
        "background": step.background,
        "error": step.error,
        "simulated_events": step.counts,
    }


def _limit(result: SearchResult, name: str) -> dict[str, Any]:
    background = result.backgrounds[name]
    return {
        "background": background.value,
        "error": background.error,
        "n_signal": background.n_limit,
        "epsilon_min": _finite(result.epsilon(name)),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
