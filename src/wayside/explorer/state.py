"""A scenario with changes, as an address, a command line and a TOML file."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import tomli_w

from wayside.collider.presets import BEAM_KEYS
from wayside.errors import InputError
from wayside.scenario import Scenario, overrides
from wayside.scenario.library import scenario_data
from wayside.scenario.model import PARAMETRISATIONS

_WAYS: Final = tuple(tuple(f"model.{key}" for key in keys) for keys in PARAMETRISATIONS)
_SCENARIO: Final = "scenario"
_SET: Final = "set"
_WITH: Final = "with"


@dataclass(frozen=True)
class State:
    """A scenario by its name or path, and values that differ.

    Parameters
    ----------
    base
        Name of a built-in scenario, or path of a file.
    values
        Values by dotted key, as for `wayside.load_scenario`; later ones win.

    Examples
    --------
    >>> state = State("belle2-forward").with_values({"model.g_d": 0.5})
    >>> state.command()
    'wayside reach belle2-forward --set model.g_d=0.5'
    >>> State.from_query(state.query()) == state
    True
    """

    base: str
    values: Mapping[str, object] = field(default_factory=dict)

    def with_values(self, values: Mapping[str, object]) -> "State":
        """The state with more values.

        As in a scenario, beams of a preset replace those set before, and masses given in one way
        those given in the other.
        """
        replaced = {f"collider.{key}" for key in BEAM_KEYS if "collider.preset" in values}
        for ours, theirs in (_WAYS, _WAYS[::-1]):
            if all(key in values for key in ours):
                replaced |= set(theirs)
        kept = {key: value for key, value in self.values.items() if key not in replaced}
        return State(self.base, {**kept, **values})

    @cached_property
    def data(self) -> dict[str, Any]:
        """Sections and keys of the scenario, unchecked, not to be written to; read once.

        Raises
        ------
        InputError
            If the scenario cannot be read, or a key leads nowhere.
        """
        return overrides.apply(scenario_data(self.base), self.values)

    def scenario(self) -> Scenario:
        """The scenario itself.

        Raises
        ------
        InputError
            If a value is not allowed; one line names the key.
        """
        return Scenario.from_dict(self.data)

    def assignments(self) -> list[str]:
        """Values as ``--set`` takes them."""
        return [f"{key}={inline(value)}" for key, value in self.values.items()]

    def command(self) -> str:
        """A command line that computes the plane of the state."""
        words = ["wayside", "reach", self.base]
        for assignment in self.assignments():
            words += ["--set", assignment]
        return shlex.join(words)

    def toml(self) -> str:
        """A scenario file of the state."""
        return tomli_w.dumps(self.data)

    def query(self) -> str:
        """The state as the query of an address."""
        pairs = [(_SCENARIO, self.base), *((_SET, text) for text in self.assignments())]
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: str) -> "State":
        """The state of a query.

        Raises
        ------
        InputError
            If the query is no state.
        """
        pairs = _pairs(query)
        bases = [value for key, value in pairs if key == _SCENARIO]
        if len(bases) != 1:
            raise InputError("address: must name one scenario")
        sets = [value for key, value in pairs if key == _SET]
        return cls(bases[0]).with_values(dict(map(overrides.parse, sets)))

    @classmethod
    def from_text(cls, text: str, assignments: Sequence[str] = ()) -> "State":
        """The state of a name or path, or of an address of the explorer, with values set.

        Parameters
        ----------
        text
            Name, path or address.
        assignments
            Values as for ``--set``.

        Raises
        ------
        InputError
            If the address is none of the explorer, or a value is not ``KEY=VALUE``.
        """
        address = urlsplit(text)
        known = address.scheme in ("http", "https")
        state = cls.from_query(address.query) if known else cls(text)
        return state.with_values(dict(map(overrides.parse, assignments)))


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, strict_parsing=True, max_num_fields=500)
    except ValueError as error:
        raise InputError(f"address: not one of the explorer: {error}") from None


def compared_queries(query: str) -> list[str]:
    """Queries of the states that the query of an address compares its own with.

    Raises
    ------
    InputError
        If it is no query.
    """
    return [value for key, value in _pairs(query) if key == _WITH]


def labels(states: Sequence[State]) -> list[str]:
    """Names of states that tell them apart: what not all of them have.

    Examples
    --------
    >>> first = State("belle2-forward", {"plane.points": 50})
    >>> labels([first, first.with_values({"model.g_d": 0.5})])
    ['belle2-forward', 'model.g_d=0.5']
    """
    all_have = set.intersection(*(set(state.assignments()) for state in states))
    one_base = len({state.base for state in states}) == 1
    made = []
    for state in states:
        distinct = [text for text in state.assignments() if text not in all_have]
        named = [] if one_base and distinct else [state.base]
        made.append(", ".join([*named, *distinct]))
    return made


def inline(value: object) -> str:
    """A value as TOML on one line.

    Examples
    --------
    >>> inline([0.2, "30 cm", 1.5])
    '[0.2, "30 cm", 1.5]'
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(inline(item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{inline(str(key))} = {inline(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")
