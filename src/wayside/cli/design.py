"""``wayside design``: where a detector should stand, and which hardware it should have."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wayside.cli.common import (
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    scenario_options,
    table_text,
)
from wayside.cli.executors import executor_of, executor_options
from wayside.cli.progress import counted
from wayside.text import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wayside.designing.design import Design
    from wayside.designing.evaluation import Trial
    from wayside.designing.simulated import SimulatedDesign, SimulationSettings
    from wayside.designing.simulated_fakes import SimulatedFakes
    from wayside.results.design import DesignResult


@click.command("design")
@scenario_options
@out_option
@json_option
@click.option(
    "--vary",
    "ranges",
    multiple=True,
    metavar="KEY=LOW:HIGH[:log]",
    help="A key to choose and its range; may be repeated.",
)
@click.option(
    "--objective",
    default="epsilon_min",
    show_default=True,
    help="epsilon_min, area, ratio or n_limit.",
)
@click.option(
    "--cost", "cost_is_objective", is_flag=True, help="Cost as a second objective: a Pareto front."
)
@click.option("--most-cost", type=float, metavar="C", help="What a design may cost.")
@click.option(
    "--background",
    default="nominal",
    show_default=True,
    help="How it is taken: nominal, more, error-halved, error-doubled, exact or none.",
)
@click.option(
    "--statistic",
    default="mean",
    show_default=True,
    help="Limit to expect: mean of all counts, or median count (goes in steps), or asimov.",
)
@click.option(
    "--tolerance",
    type=float,
    default=0.01,
    show_default=True,
    help="Of designs that are as good as the best to this, the cheapest is recommended.",
)
@click.option(
    "--evaluations",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="Designs that are tried.",
)
@click.option("--sampler", default="tpe", show_default=True, help="Of Optuna: tpe or nsga-ii.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Of the sampler, and of decays that are simulated.",
)
@click.option(
    "--simulate",
    is_flag=True,
    help="Simulate decays in the recommended design (Geant4), beside the law of its efficiency.",
)
@click.option(
    "--simulate-front", is_flag=True, help="The same for all designs of the front of --cost."
)
@click.option(
    "--decays",
    type=click.IntRange(1),
    metavar="N",
    help="Decays that are simulated in each detector.  [default: 2000]",
)
@click.option(
    "--particles",
    type=click.IntRange(1),
    metavar="N",
    help="Background particles of each kind that are simulated besides.  [default: none]",
)
@executor_options
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    ranges: tuple[str, ...],
    evaluations: int,
    simulate: bool,
    simulate_front: bool,
    decays: int | None,
    particles: int | None,
    workers: int | None,
    scheduler: str | None,
    **settings: Any,
) -> None:
    """Choose place and hardware of a detector: any numeric keys, many at once.

    SCENARIO is a built-in name or a TOML file; its background and efficiency, its hall and its
    prices ([cost]) are used. Writes design.json, designs.csv, trials.json and figures to --out
    (default: wayside-design). A run that was killed goes on where it was, with the same command,
    and so does a simulation; how long that will take is said before it begins.
    """
    folder = Path("wayside-design") if out is None else out
    loaded = load(scenario, overrides)
    from wayside.designing.optimiser import require_optuna
    from wayside.designing.plan import plan
    from wayside.designing.run import run_design
    from wayside.designing.settings import DesignSettings
    from wayside.results.design import DesignResult
    from wayside.scanning.axes import key_range

    require_optuna()
    planned = plan(loaded, [key_range(text) for text in ranges], DesignSettings(**settings))
    simulation = _simulation(simulate, simulate_front, decays, particles)
    if simulation is not None:
        from wayside.results.design_simulation import check_simulation

        check_simulation(planned.scenario, simulation)
    by = executor_of(workers, scheduler)
    claim_out(folder)
    with counted("designs", hidden=as_json) as progress:
        design = run_design(
            planned,
            evaluations,
            by,
            folder,
            progress=progress,
            report=lambda accident: click.echo(f"wayside: warning: {accident}", err=True),
        )
    result = DesignResult(design)
    if simulation is not None:
        result = _simulated(result, simulation, folder / "simulation", workers, hidden=as_json)
    written = result.save(folder)
    if as_json:
        click.echo(json_text(result.summary()))
        return
    _print(result)
    click.echo("".join(f"wrote {path}\n" for path in written), nl=False)


def _simulation(
    simulate: bool, front: bool, decays: int | None, particles: int | None
) -> "SimulationSettings | None":
    """What is to be simulated; None for nothing."""
    from wayside.designing.simulated import DECAYS, SimulationSettings

    if simulate or front:
        return SimulationSettings(DECAYS if decays is None else decays, front, particles or 0)
    for name, number in (("--decays", decays), ("--particles", particles)):
        if number is not None:
            raise click.UsageError(f"{name}: of a simulation; give --simulate as well")
    return None


def _simulated(
    result: "DesignResult",
    simulation: "SimulationSettings",
    folder: Path,
    workers: int | None,
    *,
    hidden: bool,
) -> "DesignResult":
    """The result with its simulation, whose time is said before."""
    from wayside.processes import cores

    with counted("chunks", hidden=hidden) as progress:
        return result.with_simulation(
            simulation,
            folder=folder,
            workers=workers or cores(),
            say=lambda line: click.echo(f"wayside: {line}", err=True),
            progress=progress,
            report=lambda accident: click.echo(f"wayside: warning: {accident}", err=True),
        )


def _print(result: "DesignResult") -> None:
    """The answer, what it is made of, and what it hangs on."""
    design = result.design
    objective = design.plan.objective
    allowed = sum(trial.allowed for trial in design.trials)
    echo_page(
        f"{design.plan.scenario.name}: {objective.label}; {allowed} of {len(design.trials)} designs"
        " allowed"
    )
    if design.best is None:
        nearest = min(design.trials, key=lambda trial: trial.violation)
        echo_page(f"none of them; the nearest: {nearest.reason}")
        return
    click.echo(f"\n{_values(design, design.best)}\n")
    echo_page(_uncertainty(design))
    if design.steps:
        click.echo(f"\n{_changes(design)}")
    click.echo(f"\n{_backgrounds(design)}\n")
    for simulated in result.simulated:
        _print_direct(design, simulated)
    echo_page("\n".join(_notes(design, result.simulated)))
    if design.plan.settings.cost_is_objective:
        click.echo(f"\n{_front(design)}\n")
    echo_page("\nto use it:\n" + "\n".join(f"--set {line}" for line in design.overrides()) + "\n")


def _number(value: float, digits: int = 4) -> str:
    return "none" if math.isnan(value) else f"{value:.{digits}g}"


def _values(design: "Design", best: "Trial") -> str:
    """Keys, objective and cost of the scenario's own design and of the recommended one."""
    rows: list[tuple[str, ...]] = [
        (key, _number(design.start.values[key]), _number(value), design.known[key].status)
        for key, value in best.values.items()
    ]
    for label, name in (
        (design.plan.objective.label, "value"),
        ("signal events excluded", "n_limit"),
        ("with the median count, the first", "median_value"),
        ("with it, signal events excluded", "n_limit_median"),
        ("background", "background"),
        ("its standard error", "background_error"),
        ("cost", "cost"),
    ):
        before, after = (getattr(trial, name) for trial in (design.start, best))
        rows.append((label, _number(before), _number(after), ""))
    return table_text(("", "own", "recommended", ""), rows)


def _uncertainty(design: "Design") -> str:
    from wayside.designing.evaluation import LESS_SIGNAL

    parts = [
        f"{100.0 * change:+.3g}%" if math.isfinite(change) else "none left"
        for change in design.uncertainty.values()
    ]
    if design.best is not None and LESS_SIGNAL not in design.best.by_assumption:
        parts[1] = "an amount that is not known"
    words = f"{design.gain:.4g} times as good" if math.isfinite(design.gain) else "own: no value"
    return (
        f"{words}; one standard error of the background changes the value by {parts[0]}, of the"
        f" yields by {parts[1]}"
    )


def _changes(design: "Design") -> str:
    """Objective with one change made, and with one undone."""
    rows = [
        (step.change.name, _outcome(step.alone), _outcome(step.undone)) for step in design.steps
    ]
    return table_text(("change", "value with it alone", "without it"), rows)


def _outcome(trial: "Trial") -> str:
    if math.isfinite(trial.value):
        return _number(trial.value) + ("" if trial.allowed else f" ({trial.reason})")
    return trial.reason


def _backgrounds(design: "Design") -> str:
    """Objective for other ways to take the background."""
    from wayside.designing.assumptions import ASSUMPTIONS

    rows = [
        (
            ASSUMPTIONS[alternative.name].label,
            _number(alternative.start),
            _number(alternative.best),
            _number(
                math.nan
                if alternative.other is None
                else alternative.other.by_assumption[alternative.name]
            ),
        )
        for alternative in design.alternatives
    ]
    return table_text(("background", "own", "recommended", "best of all tried"), rows)


def _print_direct(design: "Design", simulated: "SimulatedDesign") -> None:
    """Efficiencies that were simulated beside those of the law, and what the objective becomes."""
    rows: list[tuple[str, ...]] = []
    for detector in simulated.detectors:
        for stage, direct in detector.direct.items():
            law = detector.law[stage]
            rows.append((f"{detector.name}, {stage}", _per_cent(*direct), _per_cent(*law)))
    title = ", ".join(
        f"{one.decays} decays in {one.name}, {one.followed} followed" for one in simulated.detectors
    )
    if design.best is None or simulated.values != design.best.values:
        keys = ", ".join(f"{key} {_number(value)}" for key, value in simulated.values.items())
        title = f"{title}; {keys}"
    echo_page(f"simulated: {title}")
    click.echo(table_text(("efficiency", "direct", "by the law"), rows))
    by = f"the direct efficiency ({simulated.selection})"
    laws, background = simulated.law_background, simulated.background
    if laws is not None and background is not None:
        by = f"{by} and the simulated fakes"
        click.echo(f"\n{_fakes(simulated.fakes)}\n")
        echo_page(
            f"background with these ratios: {_number(background.value, 3)} +-"
            f" {_number(background.error, 2)}, by the laws {_number(laws.value, 3)} +-"
            f" {_number(laws.error, 2)}"
        )
    values = [_number(value) for value in (simulated.value, simulated.low, simulated.high)]
    echo_page(
        f"{design.plan.objective.label} with {by}: {values[0]}, {values[1]} and {values[2]} a"
        f" standard error of the efficiency lower and higher; by the law"
        f" {_number(simulated.law_value)}\n"
    )


def _fakes(fakes: "Sequence[SimulatedFakes]") -> str:
    """Timed fakes that were simulated, and those of the laws."""
    rows = [
        (
            f"{one.detector}, {one.kind}",
            str(one.particles),
            f"{one.effective:.0f}",
            f"{one.direct.value:.2g} +- {one.direct.error:.1g}",
            f"{one.law.value:.2g}",
            f"{one.ratio.value:.2g} +- {one.ratio.error:.1g}" if one.known else "too few",
        )
        for one in fakes
    ]
    return table_text(("timed fakes", "sent", "effective", "direct", "law", "ratio"), rows)


def _per_cent(value: float, error: float) -> str:
    return f"{100.0 * value:.3g} +- {100.0 * error:.2g}%"


FILMS = "what films with other tracks lose of the signal follows its law in both efficiencies"
"""What every simulation leaves to a law."""

FAKES_BY_LAW = (
    "fakes are not simulated (--particles): they follow the laws of area, depth and lead, whose"
    " errors are in that of the background"
)
"""What a simulation of decays leaves to laws besides."""

FAKES_BY_RATIO = (
    "a selection is taken to keep the same fraction of timed fakes as without the changes; kinds"
    " that are not simulated follow the laws of area, depth and lead"
)
"""What a simulation of fakes leaves."""


def _notes(design: "Design", simulated: "Sequence[SimulatedDesign]") -> list[str]:
    from wayside.designing.assumptions import ASSUMPTIONS

    lines = [] if design.start.allowed else [f"own design: {design.start.reason}"]
    direct = " (the direct efficiency is simulated)" if simulated else ""
    if design.hangs_on is not None:
        lines.append(f"the value hangs most on: {ASSUMPTIONS[design.hangs_on].label}")
    lines += [
        f"extrapolated: {key}: {known.words}{direct}"
        for key, known in design.known.items()
        if known.is_extrapolated
    ]
    if simulated:
        with_fakes = simulated[0].background is not None
        lines += [FAKES_BY_RATIO if with_fakes else FAKES_BY_LAW, FILMS]
    if design.start.costs:
        lines.append("prices are those of [cost], whose defaults are guesses")
    return lines


def _front(design: "Design") -> str:
    rows = [(_number(trial.cost), _number(trial.value)) for trial in design.front]
    return table_text(("cost", design.plan.objective.label), rows)
