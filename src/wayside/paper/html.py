"""The report as one page that needs nothing else: no network, light and dark, fit for paper."""

import base64
from html import escape
from importlib import resources

from wayside.paper import STUDY
from wayside.paper.registry import SECTIONS
from wayside.paper.rows import VERDICTS, Ours, Printed, Row, Verdict, counts, number
from wayside.paper.run import Part, Picture, Report

CLASSES: dict[Verdict, str] = {
    "agrees": "agrees",
    "differs": "differs",
    "cannot be compared": "open",
}

LEAD = (
    "Every table, figure and quoted number of the study, recomputed. For each: what is printed,"
    " ours in the same convention, and our full calculation. A verdict follows from the ratio of"
    " the first two and a tolerance, which says how far the printed number itself is known; where a"
    " cause is named, its effect is computed, and the row says whether it brings the printed"
    " number back."
)


def page(report: Report) -> str:
    """The whole page."""
    style = (resources.files("wayside.paper") / "report.css").read_text(encoding="utf-8")
    body = "\n".join(
        [
            _head(report),
            _summary(report),
            *(_section(part, before) for part, before in _with_chapters(report)),
            _foot(report),
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>The study, side by side</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _with_chapters(report: Report) -> list[tuple[Part, str | None]]:
    """Parts, each with its chapter's title where a chapter begins."""
    parts: list[tuple[Part, str | None]] = []
    last = None
    for part in report.parts:
        chapter = SECTIONS[part.name].chapter
        parts.append((part, chapter if chapter != last else None))
        last = chapter
    return parts


def _head(report: Report) -> str:
    tallies = counts(report.rows)
    shown = sum(row.verdict == "differs" and row.cause_shown is True for row in report.rows)
    cards = "".join(
        f'<div class="card {CLASSES[verdict]}"><b>{tallies[verdict]}</b>'
        f"<span>{verdict}</span></div>"
        for verdict in VERDICTS
    )
    differs = tallies["differs"]
    more = f" Of the {differs} that differ, {shown} have their cause computed." if differs else ""
    return (
        "<header><h1>The study, side by side</h1>"
        f'<p class="lead">{escape(STUDY)}</p>'
        f'<p class="lead">{escape(LEAD)}{escape(more)}</p><div class="cards">{cards}</div></header>'
    )


def _summary(report: Report) -> str:
    lines = []
    for part, chapter in _with_chapters(report):
        if chapter:
            lines.append(f'<tr class="chapter"><th colspan="6">{escape(chapter)}</th></tr>')
        lines.append(
            f'<tr class="part"><th colspan="6"><a href="#{part.name}">'
            f"{escape(part.title)}</a></th></tr>"
        )
        lines += [_summary_line(row) for row in part.rows]
    return (
        '<h2 id="summary">Summary</h2><table class="summary"><thead><tr><th>quantity</th>'
        "<th>study</th><th>ours, same convention</th><th>ours, full calculation</th><th>ratio</th>"
        f"<th>verdict</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _summary_line(row: Row) -> str:
    ratio = "" if row.ratio is None else number(row.ratio)
    return (
        f'<tr class="{CLASSES[row.verdict]}">'
        f'<td><a href="#{row.key}">{escape(row.quantity)}</a></td>'
        f'<td class="n">{_study(row.study)}</td>'
        f'<td class="n">{_same(row)}</td>'
        f'<td class="n">{_ours(row.right, row.study.unit)}</td><td class="n">{ratio}</td>'
        f"<td>{_badge(row.verdict)}</td></tr>"
    )


def _badge(verdict: Verdict) -> str:
    return f'<span class="badge {CLASSES[verdict]}">{verdict}</span>'


def _study(printed: Printed) -> str:
    if printed.value is None:
        return "&ndash;"
    if printed.claim:
        return "claimed"
    return f"{number(printed.value)}{_unit(printed.unit)}"


def _same(row: Row) -> str:
    if row.study.claim and row.same is not None:
        return escape(row.same.convention.split(":")[0].split(",")[0])
    return _ours(row.same, row.study.unit)


def _ours(ours: Ours | None, unit: str) -> str:
    return "" if ours is None else f"{number(ours.value)}{_unit(unit)}"


def _unit(unit: str) -> str:
    return f'<span class="unit"> {escape(unit)}</span>' if unit else ""


def _section(part: Part, chapter: str | None) -> str:
    head = f'<h2 class="chapter">{escape(chapter)}</h2>' if chapter else ""
    pictures = "".join(_figure(picture) for picture in part.pictures)
    warned = "".join(f'<p class="warning">{escape(warning)}</p>' for warning in part.warnings)
    rows = "".join(_row(row) for row in part.rows)
    return (
        f'{head}<section id="{part.name}"><h3>{escape(part.title)}'
        f'<a class="up" href="#summary">summary</a></h3>{warned}{pictures}{rows}</section>'
    )


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    return (
        f'<figure><img alt="{escape(picture.name)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
    )


def _row(row: Row) -> str:
    lines = [
        _line("study", _study(row.study), row.study.convention, row.study.text, row.study.where)
    ]
    if row.same is not None:
        lines.append(
            _line(
                "ours", _ours(row.same, row.study.unit), row.same.convention, "", "same convention"
            )
        )
    if row.right is not None:
        lines.append(
            _line(
                "ours",
                _ours(row.right, row.study.unit),
                row.right.convention,
                "",
                "full calculation",
            )
        )
    facts = []
    if row.ratio is not None and row.tolerance is not None:
        facts.append(
            f"<p><b>ratio {number(row.ratio, 5)}</b>, allowed {number(row.tolerance.low)} to"
            f" {number(row.tolerance.high)}: {escape(row.tolerance.why)}</p>"
        )
    if row.words:
        facts.append(f"<p>{escape(row.words)}</p>")
    source = []
    if row.command:
        source.append(f"<code>{escape(row.command)}</code>")
    if row.data:
        source.append("data: " + ", ".join(f"<code>{escape(table)}</code>" for table in row.data))
    if source:
        facts.append(f'<p class="source">{" &middot; ".join(source)}</p>')
    return (
        f'<article id="{row.key}" class="{CLASSES[row.verdict]}"><h4>{escape(row.quantity)}'
        f"{_badge(row.verdict)}</h4><table>{''.join(lines)}</table>{''.join(facts)}</article>"
    )


def _line(who: str, value: str, convention: str, text: str, where: str) -> str:
    said = f"&ldquo;{escape(text)}&rdquo;, " if text else ""
    return (
        f'<tr><th>{who}</th><td class="n">{value}</td><td>{said}{escape(convention)}'
        f' <span class="where">{escape(where)}</span></td></tr>'
    )


def _foot(report: Report) -> str:
    about = report.about
    packages = ", ".join(f"{name} {release}" for name, release in about["packages"].items())
    record = about["geant4_record"]
    return (
        f"<footer><p>Wayside {about['wayside']}, Python {about['python']}, {packages}. Geant4"
        f" record of figs. 11 and 12: Geant4 {record['geant4']}, {record['physics list']},"
        f" {record['data']} data. Conventions of the study: equal beams head-on, Eq. 4 with its"
        " regulator, one mean flight length; see the documents for where and why we depart from"
        " them.</p></footer>"
    )
