"""Which tables each kind of result has for HEPData."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any, Final

import numpy as np

from wayside.backgrounds.counts import Count
from wayside.errors import InputError
from wayside.production.registry import process_class
from wayside.results.background import BackgroundReport
from wayside.results.comparison import Comparison, axes_of
from wayside.results.hepdata import About, Column, Table
from wayside.results.key_reach import KeyReach
from wayside.results.reach import Reach
from wayside.results.saving import Saved
from wayside.results.search import SearchResult
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.search.summary import by_source
from wayside.selections.names import SELECTED
from wayside.sensitivity.background import Background
from wayside.sensitivity.contours import Line
from wayside.sensitivity.plane_axes import Axis
from wayside.typing import FloatArray

_STATISTICAL: Final = "stat"
_SYSTEMATIC: Final = "sys"


@singledispatch
def tables_of(result: Saved) -> list[Table]:
    """Tables of a result.

    Parameters
    ----------
    result
        Any result; more kinds join by ``tables_of.register``.

    Raises
    ------
    InputError
        If its kind has none.
    """
    kinds = ", ".join(
        result_type.kind for result_type in tables_of.registry if hasattr(result_type, "kind")
    )
    raise InputError(f"a result of kind {result.kind} has no tables for HEPData; there are {kinds}")


def about_of(result: Saved) -> About:
    """What holds for all tables of a result."""
    scenario = result.scenario
    run, model = scenario.run, scenario.model
    words = [
        f"Scenario {scenario.name}: {model.kind},",
        f"sqrt(s) = {scenario.sqrt_s:g} GeV, {run.luminosity_fb:g} fb^-1,",
        f"detectors for the signal: {', '.join(scenario.signal)}.",
    ]
    phrases = ("Dark sector", "Long-lived particles", "Exclusion", model.kind)
    return About(" ".join(words), _reactions(scenario), round(scenario.sqrt_s, 4), phrases)


def _reactions(scenario: Scenario) -> list[str]:
    """Reactions in the notation of HEPData."""
    if not is_pair(scenario.model):
        return [f"E+ E- --> X ({name})" for name in scenario.processes]
    texts = [process_class(name).reaction for name in scenario.processes]
    return [text.upper().replace("->", "-->") for text in texts]


@tables_of.register
def _reach(result: Reach) -> list[Table]:
    plane, level = result.plane, _level(result.scenario)
    lines: dict[str, tuple[str, list[Line]]] = {
        "Exclusion": (f"Expected exclusion at {level}.", result.contour),
        "Discovery": ("Five-sigma discovery, half of the time.", result.discovery),
        "Exclusion, every decay detected": (
            f"The same as Exclusion at {level} with efficiency 1.",
            result.unity,
        ),
        **{
            f"Exclusion, yields one standard error {name}": (f"Exclusion at {level}.", drawn)
            for name, drawn in result.band.items()
        },
        "Relic density": (
            "Omega h^2 = 0.12; too much dark matter below the line.",
            result.relic.lines("below"),
        ),
        "Relic density, upper": (
            "Omega h^2 = 0.12; too much dark matter above the line.",
            result.relic.lines("above"),
        ),
    }
    return [
        *_contours(lines, plane.x, plane.epsilon, _limit_words(result.scenario, result.background)),
        _yields(plane.x, plane.epsilon, result.events, result.total, result.scenario),
        *_efficiencies(result),
        *_uncertainties(result),
        _expected(result.background, result.scenario),
    ]


@tables_of.register
def _key_reach(result: KeyReach) -> list[Table]:
    plane, level = result.plane, _level(result.scenario)
    lines = {
        "Exclusion": (f"Expected exclusion at {level}.", result.contour),
        "Discovery": ("Five-sigma discovery, half of the time.", result.discovery),
    }
    return [
        *_contours(lines, plane.x, plane.y, _limit_words(result.scenario, result.background)),
        _yields(plane.x, plane.y, result.events, result.total, result.scenario),
        _expected(result.background, result.scenario),
    ]


@tables_of.register
def _comparison(result: Comparison) -> list[Table]:
    tables = []
    for number, (label, reach) in enumerate(zip(result.labels, result.results, strict=True), 1):
        words = f"Expected exclusion at {_level(reach.scenario)}: {label}."
        lines = {f"Exclusion {number}, {label}": (words, reach.contour)}
        qualifiers = _limit_words(reach.scenario, reach.background)
        tables += _contours(lines, *axes_of(reach), qualifiers)
    return tables


@tables_of.register
def _background(result: BackgroundReport) -> list[Table]:
    tables = []
    for name, sources in result.budget.detectors.items():
        columns = [_counts("Particles that enter", [source.entering for source in sources])]
        for selection in result.selections:
            counts = [(source.vertices or {}).get(selection) for source in sources]
            columns.append(_counts(f"Fake vertices, {selection}", counts))
        titles = Column("Source", [source.title for source in sources])
        words = f"Sources of background in detector {name}, mean numbers. {_run(result.scenario)}"
        tables.append(Table(f"Background in {name}", words, [titles], columns, ["N"]))
    scan = result.scan
    curves = [
        column
        for curve in scan.curves.values()
        for column in (
            Column("Signal events excluded", curve.n_limit, qualifiers={"Background": curve.title}),
            Column(
                f"Smallest {scan.strength.name} excluded",
                curve.smallest,
                qualifiers={"Background": curve.title},
            ),
        )
    ]
    words = f"Limits at {_level(result.scenario)} against luminosity; exposure grows with it."
    across = Column("Luminosity", scan.luminosity_fb, "fb$^{-1}$")
    expected = Column("Expected background events", scan.background)
    tables.append(Table("Limits against luminosity", words, [across], [expected, *curves], ["N"]))
    return [*tables, _expected(result.background, result.scenario)]


@tables_of.register
def _search(result: SearchResult) -> list[Table]:
    steps = Column("Cut", [step.what for step in result.flow])
    signal = Column("Fraction of the decays", [float(step.signal) for step in result.flow])
    kinds = [
        Column(
            "Expected background events",
            [step.background[kind] for step in result.flow],
            errors={"total": [step.error[kind] for step in result.flow]},
            qualifiers={"Particle": kind},
        )
        for kind in result.untouched.backgrounds
    ]
    sources = {key: counts for key, counts in by_source(result).items() if counts is not None}
    by_selection = [
        _counts(
            f"Expected background events, {name}",
            [Count(**stages[name]) for stages in sources.values()],
        )
        for name in ("timed", SELECTED)
    ]
    efficiency = Column(
        "Efficiency", [result.efficiency], errors={_STATISTICAL: [result.efficiency_error]}
    )
    scan = result.curves
    curves = [
        Column("Smallest epsilon excluded", curve.epsilon, qualifiers={"Selection": name})
        for name, curve in scan.by_selection.items()
    ]
    words = "of the selection, on candidates that it was not tuned on."
    return [
        Table("Cut flow", f"Cut flow {words}", [steps], [signal, *kinds], ["N", "EFF"]),
        Table(
            "Efficiency",
            "Fraction of the decays in the signal detectors that is selected.",
            [Column("Selection", [result.selection.name])],
            [efficiency],
            ["EFF"],
        ),
        Table(
            "Background by source",
            f"Expected background in the signal detectors. {_run(result.scenario)}",
            [Column("Source", list(sources))],
            by_selection,
            ["N"],
        ),
        Table(
            "Reach against luminosity",
            f"Smallest epsilon excluded at {_level(result.scenario)} at any g_D.",
            [Column("Luminosity", scan.luminosity, "fb$^{-1}$")],
            curves,
        ),
        _expected(result.backgrounds[SELECTED], result.scenario),
    ]


def _contours(
    lines: Mapping[str, tuple[str, Sequence[Line]]], x: Axis, y: Axis, qualifiers: Mapping[str, str]
) -> list[Table]:
    """A table for each kind of line that there is: points in order."""
    tables = []
    for name, (words, drawn) in lines.items():
        if not drawn:
            continue
        points = np.concatenate([line.points for line in drawn])
        number = np.repeat(np.arange(1, len(drawn) + 1), [len(line.points) for line in drawn])
        tables.append(
            Table(
                name,
                f"{words} Points of each line in order.",
                [Column("Line", number), _axis(x, points[:, 0])],
                [_axis(y, points[:, 1])._replace(qualifiers=qualifiers)],
            )
        )
    return tables


def _axis(axis: Axis, values: FloatArray) -> Column:
    return Column(axis.name, values, "" if axis.unit == "1" else axis.unit)


def _yields(
    x: Axis, y: Axis, events: Mapping[str, FloatArray], total: FloatArray, scenario: Scenario
) -> Table:
    across, upward = np.meshgrid(x.values, y.values)
    columns = [
        Column("Expected events", values.ravel(), qualifiers={"Detector": name})
        for name, values in [*events.items(), ("+".join(scenario.signal) + " (signal)", total)]
    ]
    return Table(
        "Expected events",
        f"Expected signal events on a grid. {_run(scenario)}",
        [_axis(x, across.ravel()), _axis(y, upward.ravel())],
        columns,
        ["N"],
    )


def _efficiencies(result: Reach) -> list[Table]:
    """Efficiencies at the scenario's point, where they are simulated."""
    detectors = result.efficiency.get("detectors")
    if not detectors:
        return []
    column = Column(
        "Efficiency",
        [detector["efficiency"] for detector in detectors.values()],
        errors={_STATISTICAL: [detector["efficiency_error"] for detector in detectors.values()]},
        qualifiers={"Selection": str(result.efficiency["selection"])},
    )
    words = "Fraction of the decays in each detector that is detected, at the scenario's own point."
    return [Table("Efficiency", words, [Column("Detector", list(detectors))], [column], ["EFF"])]


def _uncertainties(result: Reach) -> list[Table]:
    """Relative errors of the yields at the scenario's point, by source."""
    rows = [
        (name, source, value)
        for name, by_source in result.uncertainty.items()
        for source, value in by_source.items()
        if value is not None
    ]
    if not rows:
        return []
    names, sources, values = zip(*rows, strict=True)
    words = "Relative standard errors of the expected events at the scenario's own point."
    columns = [Column("Detector", names), Column("Source", sources)]
    return [Table("Uncertainties", words, columns, [Column("Relative error", values)])]


def _expected(background: Background, scenario: Scenario) -> Table:
    """Expected background in the signal detectors, and the limit with it."""
    expected = Column(
        "Expected background events", [background.value], errors={"total": [background.error]}
    )
    limit = Column(f"Signal events excluded at {_level(scenario)}", [background.n_limit])
    words = f"Background that the limit assumes ({background.kind}). {_run(scenario)}"
    detectors = Column("Detectors", ["+".join(scenario.signal)])
    return Table("Background", words, [detectors], [expected, limit], ["N"])


def _counts(name: str, counts: Sequence[Count | None]) -> Column:
    known: list[Any] = [Count(np.nan) if count is None else count for count in counts]
    errors = {
        _STATISTICAL: [float(count.statistical) for count in known],
        _SYSTEMATIC: [float(count.systematic) for count in known],
    }
    return Column(name, [float(count.value) for count in known], errors=errors)


def _level(scenario: Scenario) -> str:
    return f"{100.0 * scenario.run.confidence_level:g}% CL"


def _run(scenario: Scenario) -> str:
    return f"{scenario.run.luminosity_fb:g} fb^-1, selection {scenario.selection}."


def _limit_words(scenario: Scenario, background: Background) -> dict[str, str]:
    return {
        "Luminosity": f"{scenario.run.luminosity_fb:g} fb^-1",
        "Detectors": "+".join(scenario.signal),
        "Expected background": f"{background.words()} events",
    }
