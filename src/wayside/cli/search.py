"""``wayside search``: the selection with which a detector excludes most."""

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wayside.cli.common import (
    PAGE,
    claim_out,
    echo_page,
    json_option,
    load,
    out_option,
    scenario_options,
    table_text,
)
from wayside.cli.executors import optional_executor, optional_executor_options
from wayside.cli.progress import steps
from wayside.text import json_text

if TYPE_CHECKING:
    from wayside.backgrounds.counts import Count
    from wayside.results.search import SearchResult
    from wayside.search.tree import Comparison


@click.command("search")
@scenario_options
@out_option
@json_option
@click.option(
    "--candidates",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder with candidates.parquet and decays.parquet, instead of those of the package.",
)
@click.option(
    "--planes",
    type=click.IntRange(1, 5),
    default=1,
    show_default=True,
    help="Layers of fibres on each side that veto independently.",
)
@click.option(
    "--cuts",
    type=click.IntRange(0, 12),
    default=8,
    show_default=True,
    help="Largest number of cuts.",
)
@click.option(
    "--folds",
    type=click.IntRange(2, 20),
    default=4,
    show_default=True,
    help="Parts of the sample for tuning that decide the number of cuts.",
)
@click.option(
    "--tree",
    is_flag=True,
    help="Train a boosted tree as comparison; the selection stays that of the cuts.",
)
@optional_executor_options
def command(
    scenario: str,
    overrides: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    folder: Path | None,
    planes: int,
    cuts: int,
    folds: int,
    tree: bool,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Find the selection with which a detector excludes most.

    SCENARIO is a built-in name or a TOML file. Cuts are tuned on one half of simulated candidates
    and measured on the other. With --out, writes selection.json (for run.selection), search.json,
    cut_flow.csv, workspace.json (for pyhf) and figures.
    """
    loaded = load(scenario, overrides)
    by = optional_executor(workers, scheduler)
    if out is not None:
        claim_out(out, "search.json", loaded)
    with steps("search") as step:
        from wayside.results.search import search
        from wayside.search.run import Settings

        result = search(loaded, folder, Settings(folds, cuts, planes, tree), by)
        written = result.save(out, step) if out is not None else []
    if as_json:
        click.echo(json_text(result.summary()))
    else:
        echo_page("\n".join([_text(result), *(f"wrote {path}" for path in written)]))


def _text(result: "SearchResult") -> str:
    scenario, selection = result.scenario, result.selection
    vetoes = selection.cuts.vetoes
    fibres = "all fibres" if vetoes.all_fibres_veto else "fibres upstream"
    layers = f"{vetoes.fibre_layers} layer{'s' if vetoes.fibre_layers > 1 else ''}"
    gas = ", gas before" if vetoes.gas_veto else ""
    validation = selection.about["validation"]
    lines = [
        f"{scenario.name} ({'+'.join(scenario.signal)}): {scenario.run.luminosity_fb:g} fb^-1,"
        f" {scenario.site.exposure:g} days",
        f"selection {selection.name}: a time; {fibres} ({layers}){gas} silent",
        "",
        "cut flow on the untouched half (expected events; n: simulated events)",
        _flow(result),
        "",
        _sources(result),
        "",
        _limits(result),
        "",
        f"signal: {100.0 * result.efficiency:.3g} +- {100.0 * result.efficiency_error:.2g}% of the"
        f" decays, {result.efficiency / result.timed:.3f} of the timed ones",
        f"sample: {validation['decays']} decays, none of them used to tune",
    ]
    if result.tree is not None:
        lines += ["", _tree(result.tree, result.timed)]
    flags = result.backgrounds["selected"].flags
    lines += [""] if flags else []
    for note in flags:
        lines += textwrap.wrap(f"note: {note}", PAGE, subsequent_indent="  ")
    return "\n".join(lines)


def _flow(result: "SearchResult") -> str:
    kinds = [
        kind
        for kind, value in sorted(result.flow[0].background.items(), key=lambda item: -item[1])
        if value > 0.0
    ][:2]
    head = ("cut", "signal", *(cell for kind in kinds for cell in (kind, "n")), "others")
    rows = []
    for step in result.flow:
        others = sum(value for kind, value in step.background.items() if kind not in kinds)
        cells = [
            cell
            for kind in kinds
            for cell in (
                f"{step.background[kind]:.2g}+-{step.error[kind]:.1g}",
                str(step.counts[kind]),
            )
        ]
        rows.append((step.what, f"{step.signal / result.timed:.3f}", *cells, f"{others:.2g}"))
    return table_text(head, rows)


def _sources(result: "SearchResult") -> str:
    from wayside.selections.names import SELECTED

    rows = []
    for part in result.budget.together(result.scenario.signal):
        if part.vertices is None:
            rows.append((part.key, "unknown", "unknown"))
        else:
            timed, selected = (_cell(part.vertices[name]) for name in ("timed", SELECTED))
            rows.append((part.key, timed, selected))
    totals = (
        _cell(result.budget.total(result.scenario.signal, name)) for name in ("timed", SELECTED)
    )
    return table_text(("source", "timed", "selected"), [*rows, ("total", *totals)])


def _tree(tree: "Comparison", timed: float) -> str:
    rows = []
    for name, worth, merit in (
        ("cuts", tree.cuts, tree.cuts_merit),
        ("tree, same signal", tree.same_signal.worth, float(tree.same_signal.merit)),
        ("tree, chosen", tree.chosen.worth, float(tree.chosen.merit)),
    ):
        error = math.hypot(worth.statistical, worth.systematic)
        cells = (
            f"{float(worth.signal) / timed:.3f}",
            f"{float(worth.background):.3g} +- {error:.2g}",
        )
        rows.append((name, *cells, f"{merit:.4g}"))
    return table_text(("comparison", "signal", "background", "decays excluded"), rows)


def _cell(count: "Count") -> str:
    """A number with its error, or an upper limit at 90% CL where the error is larger."""
    if count.error > count.value:
        return f"<{count.value + 1.28 * count.error:.2g} (90% CL)"
    return f"{count.value:.3g} +- {count.error:.2g}"


def _limits(result: "SearchResult") -> str:
    from wayside.search.curves import UPPER

    rows = []
    for name, background in result.backgrounds.items():
        epsilon = result.epsilon(name)
        rows.append(
            (
                "  background at upper limit" if name == UPPER else name,
                background.words(),
                f"{background.n_limit:.4g}",
                f"{epsilon:.3g}" if epsilon == epsilon else "none",
            )
        )
    return table_text(("selection", "background", "N signal", "smallest epsilon"), rows)
