"""The report's files: one page that needs nothing else, and the same rows as CSV and JSON."""

import base64
import csv
import io
import json
from html.parser import HTMLParser

import pytest

from wayside.errors import WaysideError
from wayside.paper import run as module
from wayside.paper.export import files
from wayside.paper.run import report

NAMES = ("eq05", "eq13", "fig04", "fig11")
NAMES_OF_FIGURES = {"fig04", "fig11", "fig12"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.sources, self.words = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in ("meta", "img", "link"):
            self.open.append(tag)
        assert tag not in ("script", "iframe", "link")
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.sources += [given["src"]] if "src" in given else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def found():
    return report(NAMES, workers=1)


@pytest.fixture(scope="module")
def written(found):
    return files(found)


def test_the_page_needs_nothing_else(found, written):
    page = Page(written["report.html"])
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert {row.key for row in found.rows} <= set(page.ids)
    assert len(page.sources) == len(NAMES_OF_FIGURES)
    for source in page.sources:
        head, _, data = source.partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "url(" not in written["report.html"]
    assert "prefers-color-scheme: dark" in written["report.html"]
    assert "@media print" in written["report.html"]


def test_text_is_escaped(found, written):
    assert any("'" in row.quantity or "<" in row.study.text for row in found.rows)
    assert "->" in "".join(Page(written["report.html"]).words)


def test_rows_as_csv_and_json(found, written):
    lines = list(csv.DictReader(io.StringIO(written["report.csv"])))
    plain = json.loads(written["report.json"])
    rows = [row for section in plain["sections"] for row in section["rows"]]
    assert [line["key"] for line in lines] == [row["key"] for row in rows]
    assert len(rows) == len(found.rows)
    for line, row in zip(lines, rows, strict=True):
        assert line["verdict"] == row["verdict"]
        assert (float(line["same"]) if line["same"] else None) == row["same"]
    assert sum(plain["verdicts"].values()) == len(rows)


def test_figures_are_there_as_png_and_pdf(written):
    names = {name.rpartition(".")[0] for name in written if not name.startswith("report")}
    assert names == NAMES_OF_FIGURES
    for name in names:
        assert written[f"{name}.png"].startswith(b"\x89PNG")
        assert written[f"{name}.pdf"].startswith(b"%PDF")


def test_same_bits_for_any_number_of_workers():
    names = ("eq05", "fig04")
    one, two = (files(report(names, workers=workers)) for workers in (1, 2))
    assert one == two


def test_a_section_that_fails_is_named(monkeypatch):
    def fail(*_):
        raise ValueError("no such number")

    monkeypatch.setattr(module, "run", fail)
    with pytest.raises(WaysideError, match=r"^eq05: ValueError: no such number$"):
        report(("eq05",), workers=1, figures=False)


def test_a_cause_is_computed_for_every_contradiction_of_the_print():
    """Known contradictions of the study end as "differs" with the cause shown."""
    from wayside.paper.registry import run
    from wayside.paper.section import Context

    rows = {
        row.key: row for name in ("eq05", "table2", "sheets") for row in run(name, Context()).rows
    }
    for key in ("eq5.cross-section", "table2.psi", "eq19.surface", "section8.sheets"):
        assert rows[key].verdict == "differs"
        assert rows[key].cause_shown is True
    assert rows["eq5.lagrangian"].same.value == pytest.approx(16.0, rel=1e-6)
    assert rows["eq5.balance"].same.value == pytest.approx(16.0, rel=1e-6)
