"""Claims of the study that come without a number: they hold or not."""

from typing import Final

from wayside.paper.rows import Ours, Printed, Tolerance

HOLDS: Final = Tolerance(1.0, 1.0, "a claim without a number: 1 if it holds everywhere")


def claim(text: str, where: str, of: str) -> Printed:
    """A claim as a fraction of cases in which it holds: the study's is 1.

    Parameters
    ----------
    text
        The claim in the study's words.
    where
        Section or figure that makes it.
    of
        The cases of which it is claimed, such as "sets".
    """
    return Printed(1.0, "", f"fraction of {of} for which it holds", where, text, claim=True)


def fraction(holds: int, of: int, cases: str) -> Ours:
    """Fraction of the cases in which a claim holds in our computation."""
    return Ours(holds / of, f"{holds} of {of} {cases}")
