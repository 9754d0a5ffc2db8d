"""Answers for a state: previews at once, exact lines and the rest when there is time.

Nothing here depends on what was asked before, except for how long it takes: a page sends its whole
state with every question, so that tabs, bookmarks and a step back cost nothing.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from wayside.errors import InputError
from wayside.explorer.controls import SPLITTING, changed, controls, value_of, values_of
from wayside.explorer.previews import PreviewPlanes, with_few_points
from wayside.explorer.state import State
from wayside.explorer.superseded import (
    InterruptiblePlane,
    Superseded,
    go_on,
)
from wayside.explorer.views.hall import hall_view
from wayside.explorer.views.plane import (
    glance_words,
    key_plane_view,
    plane_view,
    relic_view,
    searches_view,
)
from wayside.scenario import Scenario, builtin_names, checks
from wayside.scenario.model import is_pair
from wayside.sensitivity.background import Background, expected_background
from wayside.sensitivity.drawn import Searched, drawn, preview, searched_between
from wayside.sensitivity.existing import Existing
from wayside.sensitivity.glance import glance, particle_glance
from wayside.sensitivity.kept import KeptPlanes
from wayside.sensitivity.key_plane import key_plane, named_plane
from wayside.sensitivity.key_reach import key_reach
from wayside.sensitivity.particle_point import particle_point
from wayside.sensitivity.planes import Plane, mass_point, masses_at, own_x
from wayside.sensitivity.relic import relic_line
from wayside.sensitivity.relic_preview import relic_preview

_NOT_OF_SEARCHES: Final = frozenset(
    ("luminosity_fb", "background", "background_error", "signal", "efficiency", "selection")
)
"""Keys of [run] on which existing searches do not depend."""

KEPT: Final = 32
"""Backgrounds, and existing searches over a plane, that are kept."""


def _model_of_plane(scenario: Scenario) -> dict[str, Any]:
    """Section [model] without the couplings that are axes of the plane."""
    model: dict[str, Any] = dict(scenario.to_dict()["model"])
    for axis in ("epsilon",) if scenario.plane.varies_masses else ("epsilon", "g_d"):
        model.pop(axis, None)
    return model


def _hash(*named: Any) -> str:
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _relic_key(scenario: Scenario) -> str:
    """What the relic density in the plane depends on: the page asks anew where it changes."""
    data = scenario.to_dict()
    kept = [data[section] for section in ("plane", "cosmology", "collider")]
    return _hash(_model_of_plane(scenario), *kept, data["run"]["production"])


def _searches_key(scenario: Scenario) -> str:
    """What existing searches over the plane of a scenario depend on, and more."""
    data = scenario.to_dict()
    run = {key: value for key, value in data["run"].items() if key not in _NOT_OF_SEARCHES}
    return _hash(_model_of_plane(scenario), data["plane"], data["collider"], run)


def _number(value: float) -> str:
    """Six digits: a place that was pointed at."""
    return f"{value:.6g}"


def _text(value: Any) -> str:
    """Value of a control as its field shows it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class _SearchedView(NamedTuple):
    """Existing searches over a plane, and what the page shows of them."""

    lines: Searched
    view: dict[str, Any]


class Applied(NamedTuple):
    """A state after changes."""

    state: State
    scenario: Scenario
    errors: dict[str, str]
    """One line by key of a change that is refused."""


class Engine:
    """Computes what pages show.

    Parameters
    ----------
    bases
        Scenarios that may be asked for, beside the built-in ones: names or paths.
    """

    def __init__(self, bases: tuple[str, ...] = ()) -> None:
        self.bases = tuple(dict.fromkeys([*bases, *builtin_names()]))
        self._exact = KeptPlanes(4)
        self._preview_planes = PreviewPlanes(self._exact)
        self._existing = lru_cache(4)(Existing)
        self._latest: tuple[dict[str, Any], Scenario] | None = None
        self._searched: OrderedDict[str, _SearchedView] = OrderedDict()
        self._backgrounds: OrderedDict[str, Background] = OrderedDict()
        self._lock = threading.Lock()

    def state(self, query: str) -> State:
        """The state of a query.

        Raises
        ------
        InputError
            If it is none, or its scenario is not one of those that were given or are built in.
        """
        state = State.from_query(query)
        if state.base not in self.bases:
            raise InputError(
                f"scenario = {state.base!r}: not one that the explorer was started with;"
                f" there are {', '.join(self.bases)}"
            )
        return state

    def applied(self, query: str, changes: Mapping[str, str]) -> Applied:
        """A state after changes, one by one: those that are refused leave it as it is.

        Parameters
        ----------
        query
            The state.
        changes
            Texts by key of a control.
        """
        state = self.state(query)
        if not changes:
            return Applied(state, state.scenario(), {})
        scenario = self._before(state)
        errors = {}
        for key, text in changes.items():
            try:
                newer = state.with_values(changed(scenario, key, text))
                scenario = newer.scenario()
                self._require_plane(scenario)
                state = newer
            except InputError as error:
                errors[key] = str(error)
        if errors:
            scenario = state.scenario()
        self._latest = state.data, scenario
        return Applied(state, scenario, errors)

    def _before(self, state: State) -> Scenario:
        """Scenario that a change starts from: mostly the one that the last change ended with."""
        if self._latest is not None and self._latest[0] == state.data:
            return self._latest[1]
        return state.scenario()

    def _require_plane(self, scenario: Scenario) -> None:
        """Refuse a state whose plane cannot be made."""
        named = named_plane(scenario)
        if named is None:
            key_plane(scenario)
        else:
            self._preview_planes.plane_of(named).centre.require_produced()

    def pinned(self, query: str, x: float, y: float) -> dict[str, str]:
        """Changes that move the scenario's own point to a place in its plane.

        Parameters
        ----------
        query
            The state.
        x, y
            Values of the axes.
        """
        scenario = self.state(query).scenario()
        named = named_plane(scenario)
        if named is None:
            plane = key_plane(scenario)
            return {plane.x.name: _number(x), plane.y.name: _number(y)}
        if not named.plane.varies_masses:
            return {"model.g_d": _number(x), "model.epsilon": _number(y)}
        m_aprime, m1, m2 = masses_at(named, x)
        return {
            "model.m_aprime": _number(m_aprime),
            "model.m2": _number(m2),
            SPLITTING: _number(m1 - m2),
            "model.epsilon": _number(y),
        }

    def page(self, applied: Applied) -> dict[str, Any]:
        """Everything about a state that is no result: controls, texts, hall, notes."""
        state, scenario = applied.state, applied.scenario
        offered = controls(scenario)
        values = values_of(scenario, [control.key for control in offered])
        return {
            "query": state.query(),
            "command": state.command(),
            "toml": state.toml(),
            "scenario": state.base,
            "scenarios": self.bases,
            "title": scenario.description or scenario.name,
            "controls": [control._asdict() for control in offered],
            "values": {key: _text(value) for key, value in values.items()},
            "errors": applied.errors,
            "hall": hall_view(scenario),
            "point": self._own_point(scenario),
            "notes": checks.overlaps(scenario),
            "relic_key": _relic_key(scenario),
        }

    def _own_point(self, scenario: Scenario) -> dict[str, float] | None:
        """Where the scenario's own point lies in its plane."""
        named = named_plane(scenario)
        if named is None:
            plane = key_plane(scenario)
            values = [value_of(scenario, axis.name) for axis in (plane.x, plane.y)]
            if not all(isinstance(value, int | float) for value in values):
                return None
            return {"x": float(values[0]), "y": float(values[1])}
        return {"x": own_x(named), "y": named.pair.epsilon}

    def preview(self, scenario: Scenario, events: bool = False) -> dict[str, Any]:
        """The plane at once, with interpolated lines.

        Parameters
        ----------
        scenario
            Of a state.
        events
            Whether a map of expected events is wanted.
        """
        named = named_plane(scenario)
        if named is None:
            few = with_few_points(scenario)
            fewer = few.radiation != scenario.radiation
            view = key_plane_view(key_reach(few), events)
            return {**view, "exact": False, "one_photon": fewer}
        plane = self._preview_planes.plane_of(named)
        searched = self._searched_on(plane)
        lines = preview(plane, self._background(named), searched.lines)
        fewer = plane.scenario.radiation != named.radiation
        view = plane_view(lines, events, searched.view)
        return {**view, "exact": False, "one_photon": fewer}

    def exact(
        self, scenario: Scenario, events: bool = False, superseded: Superseded = lambda: False
    ) -> dict[str, Any]:
        """The plane as ``wayside reach`` has it, without the relic density.

        Parameters
        ----------
        scenario, events
            As for `preview`.
        superseded
            Asked between the steps.

        Raises
        ------
        NoLongerWanted
            If it is.
        """
        named = named_plane(scenario)
        if named is None:
            result = key_reach(scenario, progress=lambda _: go_on(superseded))
            return {**key_plane_view(result, events), "exact": True}
        lines = drawn(
            InterruptiblePlane.of(self._exact.plane_of(named), superseded),
            self._background(named),
            self._searches(named),
            lambda _: go_on(superseded),
        )
        return {**plane_view(lines, events), "exact": True}

    def relic(self, scenario: Scenario, superseded: Superseded = lambda: False) -> dict[str, Any]:
        """The line of the observed relic density; None where the plane has none."""
        named = named_plane(scenario)
        if named is None:
            return {"relic": None}
        go_on(superseded)
        return {"relic": relic_view(relic_line(self._exact.plane_of(named)))}

    def relic_preview(self, scenario: Scenario) -> dict[str, Any]:
        """As `relic`, most columns of the plane interpolated."""
        named = named_plane(scenario)
        if named is None:
            return {"relic": None}
        return {"relic": relic_view(relic_preview(self._exact.plane_of(named)))}

    def prepare(self, scenario: Scenario, superseded: Superseded = lambda: False) -> None:
        """As `PreviewPlanes.prepare`."""
        self._preview_planes.prepare(scenario, superseded)

    def glance(self, scenario: Scenario, x: float, y: float) -> dict[str, Any]:
        """Numbers of a place in the plane.

        Parameters
        ----------
        scenario
            Of a state.
        x, y
            Values of the axes.

        Raises
        ------
        InputError
            If there is no scenario at that place.
        """
        named = named_plane(scenario)
        if named is None:
            plane = key_plane(scenario)
            here = scenario.with_values({plane.x.name: x, plane.y.name: y})
            if is_pair(here.model):
                values = glance(here, mass_point(here), here.pair.epsilon, here.pair.g_d)
            else:
                values = particle_glance(here, particle_point(here), here.model.couplings)
            return {"rows": glance_words(values), "x": x, "y": y}
        return self._glance_named(named, x, y)

    def _glance_named(self, named: Scenario, x: float, y: float) -> dict[str, Any]:
        plane = self._exact.plane_of(named)
        point = plane.column(x)
        if point is None:
            raise InputError(f"{plane.x.name} = {x:.4g}: masses that cannot be produced")
        g_d = named.pair.g_d if plane.varies_masses else x
        return {"rows": glance_words(glance(named, point, y, g_d)), "x": x, "y": y}

    def _searched_on(self, plane: Plane) -> "_SearchedView":
        """Existing searches over a plane of a preview, kept: most changes leave them alone."""
        key = _searches_key(plane.scenario)
        if key not in self._searched:
            searches = searched_between(plane, self._searches(plane.scenario))
            view = searches_view(plane, searches.lines, searches.margins)
            self._searched[key] = _SearchedView(searches, view)
        self._searched.move_to_end(key)
        while len(self._searched) > KEPT:
            self._searched.popitem(last=False)
        return self._searched[key]

    def _searches(self, scenario: Scenario) -> Existing:
        return self._existing(scenario.run.recast, scenario.run.confidence_level)

    def _background(self, scenario: Scenario) -> Background:
        """Background of a scenario, kept: a simulated one takes a second."""
        data = scenario.to_dict()
        data.pop("plane")
        key = json.dumps(data, sort_keys=True)
        with self._lock:
            if key in self._backgrounds:
                return self._backgrounds[key]
        made = expected_background(scenario)
        with self._lock:
            self._backgrounds[key] = made
            while len(self._backgrounds) > KEPT:
                self._backgrounds.popitem(last=False)
        return made
