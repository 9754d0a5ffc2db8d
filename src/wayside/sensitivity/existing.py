"""Existing searches recast on the couplings of a mass point.

Every function returns a margin, ln(epsilon/limit) or alike: positive where a search excludes the
point (or covers it), minus infinity where it sets no limit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import CONFIDENCE_LEVEL
from wayside.limits import babar, displaced, lep
from wayside.limits.curve import LimitCurve, margin
from wayside.models.protocol import Model
from wayside.scenario.sections import RECAST, Recast
from wayside.sensitivity.escape import BABAR, EscapeRule, escape_rule
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray


class Existing:
    """The searches, with their tables read once.

    Parameters
    ----------
    recast
        ``"exact"``, or ``"printed"`` for Eqs. 22 and 23 of the study as printed.
    confidence_level
        Confidence level of the exclusion, where a search allows a choice: BaBar's search for an
        invisible A', by its likelihood.
    """

    def __init__(self, recast: Recast = RECAST, confidence_level: float = CONFIDENCE_LEVEL) -> None:
        self.recast = recast
        self.as_printed = recast == "printed"
        self.confidence_level = confidence_level
        self._points: dict[Model, MassPoint] = {}
        self._escapes: dict[Model, EscapeRule] = {}

    @cached_property
    def _visible(self) -> LimitCurve:
        return babar.visible_curve()

    @cached_property
    def _invisible(self) -> LimitCurve:
        return babar.invisible_curve()

    @cached_property
    def _lep(self) -> LimitCurve:
        return lep.lep_curve()

    @cached_property
    def _likelihood(self) -> babar.InvisibleLikelihood:
        return babar.InvisibleLikelihood.from_table()

    def margins(self) -> dict[str, Callable[[MassPoint, ArrayLike, ArrayLike], FloatArray]]:
        """Margin functions of (mass point, epsilon, g_d) by the keys of `SEARCHES`."""
        return {search.key: partial(search.margin, self) for search in SEARCHES}

    def confidence_levels(self, m_aprime: float) -> dict[str, float | None]:
        """Confidence level of each search's border at a mass of A', by the keys of `SEARCHES`.

        None where a search sets no limit, where its source does not say, and for the region of
        displaced-vertex searches, which excludes nothing.
        """
        return {search.key: search.level(self, m_aprime) for search in SEARCHES}

    def babar_visible(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """BaBar's search for A' -> e e, mu mu."""
        m_aprime = point.model.m_aprime
        if not np.isfinite(self._visible(m_aprime)):
            return _nothing(epsilon, g_d)
        widths = point.visible_width_hats
        leptons = (widths["e"] + widths["mu"]) / sum(widths.values())
        branching = leptons * (1.0 - point.branching_dark(epsilon, g_d))
        if self.as_printed:
            return babar.visible_margin_printed(m_aprime, epsilon, branching, curve=self._visible)
        return babar.visible_margin(m_aprime, epsilon, branching, leptons, curve=self._visible)

    def babar_invisible(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """BaBar's search for a single photon, if the excited state flies 2 m undecayed."""
        model = point.model
        limit = float(self._invisible(model.m_aprime))
        if not np.isfinite(limit) or not model.m1 + model.m2 < model.m_aprime:
            return _nothing(epsilon, g_d)
        ctau = point.ctau(epsilon, g_d)
        if self.as_printed:
            return babar.invisible_margin_printed(
                model.m_aprime,
                epsilon,
                self._at_babar(model).mean_gamma_beta * ctau,
                curve=self._invisible,
            )
        branching = point.branching_dark(epsilon, g_d)
        escape = self._escape(model).probability(ctau)
        if self._has_likelihood(model.m_aprime):
            return babar.invisible_margin(
                model.m_aprime,
                epsilon,
                branching,
                escape,
                self.confidence_level,
                likelihood=self._likelihood,
            )
        # The published contour goes on a little beyond the likelihood, at its own level.
        with np.errstate(divide="ignore"):
            return margin(np.asarray(epsilon) * np.sqrt(branching * escape), limit)

    def _has_likelihood(self, m_aprime: float) -> bool:
        return bool(np.isfinite(self._likelihood.upper_limit(m_aprime)))

    def _at_babar(self, model: Model) -> MassPoint:
        """The masses at BaBar's collider, the same for all couplings."""
        if model not in self._points:
            self._points[model] = MassPoint(model, BABAR, {})
        return self._points[model]

    def _escape(self, model: Model) -> EscapeRule:
        if model not in self._escapes:
            self._escapes[model] = escape_rule(self._at_babar(model))
        return self._escapes[model]

    def lep(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Electroweak precision observables, whatever the A' decays to."""
        value = lep.lep_margin(point.model.m_aprime, epsilon, curve=self._lep)
        return np.asarray(
            np.broadcast_to(value, np.broadcast_shapes(np.shape(value), np.shape(g_d)))
        )

    def displaced(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
        """Where the average flight length is below 1 m: best for displaced-vertex searches."""
        return displaced.displaced_margin(point.mean_flight(epsilon, g_d))


def _published_level(curve: LimitCurve, m_aprime: float) -> float | None:
    return curve.confidence_level if np.isfinite(curve(m_aprime)) else None


def _level_visible(searches: Existing, m_aprime: float) -> float | None:
    return _published_level(searches._visible, m_aprime)


def _level_invisible(searches: Existing, m_aprime: float) -> float | None:
    published = _published_level(searches._invisible, m_aprime)
    if published is None or searches.as_printed:
        return published
    return searches.confidence_level if searches._has_likelihood(m_aprime) else published


def _level_lep(searches: Existing, m_aprime: float) -> float | None:
    return _published_level(searches._lep, m_aprime)


@dataclass(frozen=True)
class Search:
    """One existing search: everything about it but its formulas."""

    key: str
    """Name in tables and JSON."""
    words: tuple[str, ...]
    """Names for a figure, the fullest first."""
    fill: str
    """Colour of its region."""
    tables: tuple[str, ...]
    """Data tables behind it."""
    margin: Callable[[Existing, MassPoint, ArrayLike, ArrayLike], FloatArray]
    """Margin at a mass point and couplings."""
    level: Callable[[Existing, float], float | None]
    """Confidence level of its border at a mass of A'; see `Existing.confidence_levels`."""
    excludes: bool = True
    """Whether it excludes what it covers."""


SEARCHES = (
    Search(
        key="displaced",
        words=(
            "displaced vertices (d < 1 m)",
            "displaced vertices\n(d < 1 m)",
            "displaced\n(d < 1 m)",
        ),
        fill="#f7e9a8",
        tables=(),
        margin=Existing.displaced,
        level=lambda *_: None,
        excludes=False,
    ),
    Search(
        key="babar-invisible",
        words=("BaBar invisible", "BaBar\ninvisible"),
        fill="#bfe0e2",
        tables=("babar_invisible", "babar_invisible_likelihood"),
        margin=Existing.babar_invisible,
        level=_level_invisible,
    ),
    Search(
        key="babar-visible",
        words=("BaBar A′→ℓℓ", "BaBar\nA′→ℓℓ"),
        fill="#c9c9c9",
        tables=("babar_visible",),
        margin=Existing.babar_visible,
        level=_level_visible,
    ),
    Search(
        key="lep",
        words=("LEP",),
        fill="#9d9d9d",
        tables=("lep_model_independent",),
        margin=Existing.lep,
        level=_level_lep,
    ),
)
"""All searches, in the order in which a figure draws them."""


def _nothing(epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
    return np.full(np.broadcast_shapes(np.shape(epsilon), np.shape(g_d)), -np.inf)
