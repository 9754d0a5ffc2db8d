"""A number of the study beside ours: what is compared, in which convention, and what follows.

Verdicts are computed from a ratio and a tolerance, and cannot be given.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Verdict = Literal["agrees", "differs", "cannot be compared"]

VERDICTS: Final[tuple[Verdict, ...]] = ("agrees", "differs", "cannot be compared")


@dataclass(frozen=True)
class Printed:
    """What the study says.

    Attributes
    ----------
    value
        Its number; None where the text gives none.
    unit
        Unit, or "" of a pure number.
    convention
        What it is a number of.
    where
        Section, table, figure or equation.
    text
        As printed, where that is not the number alone.
    claim
        Whether the study makes a claim without a number; the value is then 1, the fraction of cases
        in which it should hold.
    """

    value: float | None
    unit: str
    convention: str
    where: str
    text: str = ""
    claim: bool = False


@dataclass(frozen=True)
class Ours:
    """A number of ours.

    Attributes
    ----------
    value
        The number, in the unit of the study's.
    convention
        What it is a number of.
    accuracy
        Relative accuracy it was computed with, numerical or statistical: what a change of code may
        move it by.
    """

    value: float
    convention: str
    accuracy: float = 1e-6


@dataclass(frozen=True)
class Tolerance:
    """Ratios of ours to the study's that its print allows.

    Attributes
    ----------
    low, high
        Ends, both allowed.
    why
        Where they come from.
    """

    low: float
    high: float
    why: str

    def allows(self, ratio: float) -> bool:
        """Whether a ratio lies within."""
        return self.low <= ratio <= self.high


def within(relative: float, why: str) -> Tolerance:
    """Tolerance of a relative size to either side."""
    return Tolerance(1.0 - relative, 1.0 + relative, why)


def digits(printed: Printed, last: float, why: str = "") -> Tolerance:
    """Tolerance of half a unit in the last printed digit.

    Parameters
    ----------
    printed
        The number.
    last
        One unit of its last digit.
    why
        Said before the reason, if there is more to say.
    """
    assert printed.value is not None
    half = 0.5 * last / abs(printed.value)
    # Half a unit itself rounds either way; a thousandth of it is rounding in the comparison.
    return within(1.001 * half, f"{why}{last:g} {printed.unit} is the last printed digit".strip())


def decade(why: str = "an order of magnitude is printed") -> Tolerance:
    """Tolerance of a number that stands for an order of magnitude: half a decade either way."""
    return Tolerance(10.0**-0.5, 10.0**0.5, why)


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    key
        Unique name, ``section.what``.
    quantity
        What is compared, in words.
    study
        What the study prints.
    same
        Ours in the study's convention; None where its text lost what it would take.
    tolerance
        Ratios ``same / study`` that count as agreement; None where nothing is compared.
    right
        Our full calculation; None where the study's convention is that already, or there is none.
    cause
        Why it differs.
    explained
        What the study's number becomes, in our computation, once the cause is put in: shows that it
        is the cause.
    reason
        Why it cannot be compared.
    note
        Said whatever the verdict is.
    command
        A command that gives our number.
    data
        Tables behind it.
    """

    key: str
    quantity: str
    study: Printed
    same: Ours | None = None
    tolerance: Tolerance | None = None
    right: Ours | None = None
    cause: str = ""
    explained: Ours | None = None
    reason: str = ""
    note: str = ""
    command: str = ""
    data: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a row that could not say how it ends.

        Raises
        ------
        ValueError
            If there is a comparison without a tolerance, or none and no reason; or if our number
            is not finite.
        """
        comparable = self.study.value is not None and self.same is not None
        if comparable and self.tolerance is None:
            raise ValueError(f"{self.key}: a comparison needs a tolerance")
        if not comparable and not self.reason:
            raise ValueError(f"{self.key}: nothing to compare, and no reason given")
        for ours in (self.same, self.right, self.explained):
            if ours is not None and not math.isfinite(ours.value):
                raise ValueError(f"{self.key}: {ours.value} is not a result")

    @property
    def ratio(self) -> float | None:
        """Ours in the study's convention over the study's; None where nothing is compared."""
        if self.same is None or self.study.value is None:
            return None
        return self.same.value / self.study.value

    @property
    def verdict(self) -> Verdict:
        """How the comparison ends."""
        if self.ratio is None or self.tolerance is None:
            return "cannot be compared"
        return "agrees" if self.tolerance.allows(self.ratio) else "differs"

    @property
    def cause_shown(self) -> bool | None:
        """Whether the cause brings the study's number back; None where none was put in."""
        if self.explained is None or self.study.value is None or self.tolerance is None:
            return None
        return self.tolerance.allows(self.explained.value / self.study.value)

    @property
    def words(self) -> str:
        """What there is to say besides the numbers."""
        parts = []
        if self.verdict == "differs":
            parts.append(self.cause or "cause not known")
            if self.cause_shown is not None:
                assert self.explained is not None
                outcome = "brings the printed number back" if self.cause_shown else "not enough"
                parts.append(
                    f"with it: {number(self.explained.value)}"
                    f" ({self.explained.convention}), {outcome}"
                )
        elif self.verdict == "cannot be compared":
            parts.append(self.reason)
        return "; ".join([*parts, *([self.note] if self.note else [])])

    def plain(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "key": self.key,
            "quantity": self.quantity,
            "where": self.study.where,
            "unit": self.study.unit,
            "study": self.study.value,
            "study_text": self.study.text or None,
            "study_convention": self.study.convention,
            **_plain("same", self.same),
            **_plain("right", self.right),
            "ratio": self.ratio,
            "tolerance": (
                None if self.tolerance is None else [self.tolerance.low, self.tolerance.high]
            ),
            "tolerance_why": None if self.tolerance is None else self.tolerance.why,
            "verdict": self.verdict,
            **_plain("explained", self.explained),
            "cause_shown": self.cause_shown,
            "words": self.words,
            "command": self.command,
            "data": list(self.data),
        }


def _plain(name: str, ours: Ours | None) -> dict[str, Any]:
    return {
        name: None if ours is None else ours.value,
        f"{name}_convention": None if ours is None else ours.convention,
        f"{name}_accuracy": None if ours is None else ours.accuracy,
    }


def own_row(
    key: str,
    quantity: str,
    same: Ours,
    *,
    unit: str = "",
    printed: str = "",
    text: str = "",
    where: str,
    reason: str,
    note: str = "",
    command: str = "",
    data: tuple[str, ...] = (),
) -> Row:
    """A row with a number of ours that the study has no counterpart for.

    Parameters
    ----------
    key, quantity, same, reason, note, command, data
        As in `Row`.
    unit, printed, text, where
        Unit, convention, wording and place of what the study has instead, as in `Printed`.
    """
    study = Printed(None, unit, printed, where, text)
    return Row(key, quantity, study, same, reason=reason, note=note, command=command, data=data)


def counts(rows: "list[Row] | tuple[Row, ...]") -> Mapping[Verdict, int]:
    """How many rows end how."""
    return {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS}


def number(value: float, figures: int = 4) -> str:
    """A number for reading.

    Examples
    --------
    >>> number(0.97602), number(1.6e-5), number(179.33), number(141500000.0), number(2.0)
    ('0.976', '1.6e-05', '179.3', '1.415e+08', '2')
    """
    return f"{value:.{figures}g}"
