import dataclasses
import json

import pytest

from wayside.paper.rows import Ours, Printed, Row, Tolerance, counts, decade, digits, within

STUDY = Printed(0.976, "%", "a number", "table 1")


def row(value, **more):
    given = {"tolerance": digits(STUDY, 0.001), "cause": "because"} | more
    return Row("t.a", "a thing", STUDY, same=Ours(value, "ours"), **given)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.976, "agrees"),
        (0.97649, "agrees"),
        (0.9755, "agrees"),
        (0.97651, "differs"),
        (0.97549, "differs"),
        (-0.976, "differs"),
    ],
)
def test_half_a_unit_of_the_last_digit(value, verdict):
    assert row(value).verdict == verdict


def test_verdicts_cannot_be_typed_in():
    assert "verdict" not in {field.name for field in dataclasses.fields(Row)}


def test_cause_is_said_where_it_differs_and_nowhere_else():
    assert "because" in row(1.0).words
    assert "because" not in row(0.976).words
    assert "cause not known" in row(1.0, cause="").words


@pytest.mark.parametrize(("value", "shown"), [(0.9762, True), (0.99, False)])
def test_a_cause_is_shown_by_what_it_computes(value, shown):
    found = row(1.0, explained=Ours(value, "with it"))
    assert found.cause_shown is shown
    assert ("brings the printed number back" in found.words) is shown


def test_nothing_to_compare_needs_a_reason():
    lost = Printed(None, "", "read off", "fig. 4")
    with pytest.raises(ValueError, match="no reason"):
        Row("a.b", "x", lost, same=Ours(1.0, ""))
    found = Row("a.b", "x", lost, same=Ours(1.0, ""), reason="lost")
    assert (found.verdict, found.ratio) == ("cannot be compared", None)


def test_a_comparison_needs_a_tolerance_and_finite_numbers():
    with pytest.raises(ValueError, match="tolerance"):
        row(1.0, tolerance=None)
    with pytest.raises(ValueError, match="not a result"):
        row(float("nan"))


def test_tolerances():
    assert decade().allows(3.1)
    assert not decade().allows(3.2)
    assert within(0.1, "").allows(0.9)
    assert not within(0.1, "").allows(1.11)
    assert Tolerance(1.0, 1.0, "").allows(1.0)


def test_plain_values_are_json():
    found = row(1.0, explained=Ours(0.976, "with it"), right=Ours(2.0, "right"))
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert plain["verdict"] == "differs"
    assert plain["cause_shown"] is True
    assert plain["ratio"] == pytest.approx(1 / 0.976)


def test_counts():
    assert dict(counts([row(1.0), row(0.976), row(0.976)])) == {
        "agrees": 2,
        "differs": 1,
        "cannot be compared": 0,
    }
