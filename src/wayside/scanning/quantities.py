"""What a scan can compute of every point: one line of the registry for each quantity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wayside.cosmology.relic import relic_density
from wayside.errors import InputError, NumericalError
from wayside.models.registry import particle_class
from wayside.scanning.groups import Group
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.scenario.problems import nearest
from wayside.sensitivity import mixture
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.uncertainty import total, yield_errors
from wayside.typing import FloatArray

TOTAL: Final = "signal"
"""Stands for the signal detectors together in the name of a column."""

OF_COUPLING: Final = "coupling"
"""Stands for the unit of a coupling, which the model declares."""

Value = Callable[[Group, str], FloatArray | list[str]]


class Subjects(NamedTuple):
    """What a quantity may be of, such as detectors."""

    usual: tuple[str, ...]
    """Those for which it is computed when its name is given."""
    all: tuple[str, ...]


def _of_the_point(_: Scenario) -> Subjects:
    return Subjects(("",), ("",))


def _detectors(scenario: Scenario) -> Subjects:
    return Subjects(scenario.signal, tuple(scenario.detectors))


def _detectors_and_total(scenario: Scenario) -> Subjects:
    if TOTAL in scenario.detectors:
        raise InputError(f"detectors.{TOTAL}: in a scan this name stands for the sum of detectors")
    return Subjects((*scenario.signal, TOTAL), (*scenario.detectors, TOTAL))


def _couplings(scenario: Scenario) -> Subjects:
    values = scenario.model.couplings
    used = [name for name, value in values.items() if value > 0.0]
    return Subjects(tuple(used or values)[:1], tuple(values))


def _searches(_: Scenario) -> Subjects:
    keys = tuple(search.key for search in SEARCHES)
    return Subjects(keys, keys)


@dataclass(frozen=True)
class Quantity:
    """One quantity.

    Parameters
    ----------
    name
        Name as users give it to ``wayside scan``.
    unit
        Unit, ``"1"`` for a pure number, ``""`` for text, `OF_COUPLING` for that of the coupling.
    words
        What it is, in one line, with ``{}`` for the subject or without.
    value
        Computes it for a group of points and one subject.
    subjects
        What it may be of.
    column
        Name of a column, with ``{}`` for the subject.
    pairs_only
        Whether only models of a pair of states have it.
    counts
        Whether it depends on the background.
    """

    name: str
    unit: str
    words: str
    value: Value
    subjects: Callable[[Scenario], Subjects] = _of_the_point
    column: str = ""
    pairs_only: bool = False
    counts: bool = False

    def column_of(self, subject: str) -> str:
        """Name of the column of a subject."""
        return (self.column or self.name).format(subject)

    def words_of(self, subject: str) -> str:
        """What the column of a subject is, in one line."""
        if "{}" in self.words or not subject:
            return self.words.format(subject)
        return f"{self.words}: {'signal detectors' if subject == TOTAL else subject}"


class Column(NamedTuple):
    """One column of a scan that is computed."""

    name: str
    quantity: str
    """Key of `QUANTITIES`."""
    subject: str
    unit: str
    """Empty for text."""
    words: str

    def value(self, group: Group) -> FloatArray | list[str]:
        """Values at the points of a group."""
        return QUANTITIES[self.quantity].value(group, self.subject)


def _events(group: Group, name: str) -> FloatArray:
    if name != TOTAL:
        return group.events(name)
    return np.asarray(sum(group.events(detector) for detector in group.scenario.signal))


def _n_limit(group: Group, _: str) -> FloatArray:
    return np.full(group.size, group.n_limit)


def _ctau(group: Group, _: str) -> FloatArray:
    return group.of_point("ctau")


def _mean_flight(group: Group, _: str) -> FloatArray:
    return np.asarray(group.pair.mean_flight(**group.couplings))


def _cross_section(group: Group, _: str) -> FloatArray:
    return np.asarray(
        sum(process.cross_section(group.couplings) for process in group.point.processes)
    )


def _produced(group: Group, _: str) -> FloatArray:
    return group.of_point("produced_fb")


def _acceptance(group: Group, name: str) -> FloatArray:
    if is_pair(group.scenario.model):
        return np.asarray(mixture.hit_probability(group.pair, name, **group.couplings))
    return group.of_point("hit_probability", name)


def _decay_probability(group: Group, name: str) -> FloatArray:
    return group.of_point("decay_probability", name)


def _efficiency(group: Group, name: str) -> FloatArray:
    if not group.scenario.run.simulates_efficiency:
        return np.ones(group.size)
    return group.of_point("detected_fraction", name)


def _yield_error(group: Group, name: str) -> FloatArray:
    errors = yield_errors(group.scenario)
    return total(errors.by_source(group.pair, name, **group.couplings))


def _least(group: Group, coupling: str) -> FloatArray:
    return group.ends(coupling)[0]


def _largest(group: Group, coupling: str) -> FloatArray:
    return group.ends(coupling)[1]


def _relic(group: Group, _: str) -> FloatArray:
    """Omega h^2, point by point; what fails at one of them is kept for that one."""
    cosmology, densities = group.scenario.cosmology, np.full(group.size, np.nan)
    for number in range(group.size):
        couplings = {name: float(values[number]) for name, values in group.couplings.items()}
        try:
            densities[number] = relic_density(
                group.pair.model, **couplings, hadrons=cosmology.hadrons, dof_name=cosmology.dof
            ).omega_h2
        except (InputError, NumericalError) as error:
            group.refused[number] = str(error)
    return densities


def _margin(group: Group, key: str) -> FloatArray:
    search = next(search for search in SEARCHES if search.key == key)
    return group.margin(search)


def _excluded_by(group: Group, _: str) -> list[str]:
    excluding = [(search.key, group.margin(search) > 0.0) for search in SEARCHES if search.excludes]
    return [
        ",".join(key for key, excluded in excluding if excluded[number])
        for number in range(group.size)
    ]


QUANTITIES: Final[dict[str, Quantity]] = {
    quantity.name: quantity
    for quantity in (
        Quantity(
            "events", "1", "expected events", _events, _detectors_and_total, column="events_{}"
        ),
        Quantity("n_limit", "1", "signal events that are excluded", _n_limit, counts=True),
        Quantity(
            "coupling_min",
            OF_COUPLING,
            "least {} that the signal detectors exclude",
            _least,
            _couplings,
            column="{}_min",
            counts=True,
        ),
        Quantity(
            "coupling_max",
            OF_COUPLING,
            "largest {} that the signal detectors exclude",
            _largest,
            _couplings,
            column="{}_max",
            counts=True,
        ),
        Quantity("ctau", "m", "proper decay length", _ctau),
        Quantity(
            "mean_flight", "m", "average flight length (Eq. 12)", _mean_flight, pairs_only=True
        ),
        Quantity("cross_section", "fb", "cross-section of production", _cross_section),
        Quantity(
            "produced",
            "fb",
            "the same times branching ratio and number of particles that fly",
            _produced,
        ),
        Quantity(
            "acceptance",
            "1",
            "probability per particle to cross the detector",
            _acceptance,
            _detectors,
            column="acceptance_{}",
        ),
        Quantity(
            "decay_probability",
            "1",
            "probability per particle to decay inside the detector",
            _decay_probability,
            _detectors,
            column="decay_probability_{}",
        ),
        Quantity(
            "efficiency",
            "1",
            "fraction of the decays that is detected",
            _efficiency,
            _detectors,
            column="efficiency_{}",
        ),
        Quantity(
            "yield_error",
            "1",
            "relative standard uncertainty of the yield",
            _yield_error,
            _detectors,
            column="yield_error_{}",
            pairs_only=True,
        ),
        Quantity("relic", "1", "relic density Omega h^2", _relic, pairs_only=True),
        Quantity(
            "excluded_by",
            "",
            "existing searches that exclude the point",
            _excluded_by,
            pairs_only=True,
        ),
        Quantity(
            "margin",
            "1",
            "ln(coupling/limit) of an existing search",
            _margin,
            _searches,
            column="margin_{}",
            pairs_only=True,
        ),
    )
}
"""Quantities by name."""


def columns_of(scenario: Scenario, names: Sequence[str]) -> tuple[Column, ...]:
    """Columns that a scan computes.

    Parameters
    ----------
    scenario
        Detectors and model.
    names
        Keys of `QUANTITIES`, or names of single columns such as ``events_B``.

    Raises
    ------
    InputError
        If there is no such quantity or column, or the model does not have it.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> [column.name for column in columns_of(scenario, ["events", "events_B", "epsilon_min"])]
    ['events_A', 'events_signal', 'events_B', 'epsilon_min']
    """
    if not names:
        raise InputError(f"quantities: none; there are {', '.join(QUANTITIES)}")
    known = {
        column: (quantity, subject)
        for quantity in QUANTITIES.values()
        for subject in quantity.subjects(scenario).all
        if (column := quantity.column_of(subject))
    }
    chosen: dict[str, Column] = {}
    for name in names:
        if name in QUANTITIES:
            quantity = QUANTITIES[name]
            wanted = [(quantity, subject) for subject in quantity.subjects(scenario).usual]
        elif name in known:
            wanted = [known[name]]
        else:
            raise InputError(_unknown(name, (*QUANTITIES, *known)))
        for quantity, subject in wanted:
            if quantity.pairs_only and not is_pair(scenario.model):
                raise InputError(
                    f"quantities: {name}: not known of a single particle"
                    f' (model.kind = "{scenario.model.kind}")'
                )
            column = quantity.column_of(subject)
            chosen[column] = Column(
                column,
                quantity.name,
                subject,
                _unit(scenario, quantity, subject),
                quantity.words_of(subject),
            )
    return tuple(chosen.values())


def _unknown(name: str, known: Sequence[str]) -> str:
    near = nearest(name, tuple(known))
    hint = f'did you mean "{near}"?' if near else f"there are {', '.join(QUANTITIES)}"
    return f'quantities: no quantity "{name}"; {hint}'


def _unit(scenario: Scenario, quantity: Quantity, subject: str) -> str:
    if quantity.unit != OF_COUPLING:
        return quantity.unit
    if is_pair(scenario.model):
        return "1"
    declared = particle_class(scenario.model.kind).couplings
    return next(parameter.unit for parameter in declared if parameter.name == subject)
