"""Many scenarios that differ in few keys: only the sections of these are checked anew."""

import warnings
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from wayside.errors import InputError
from wayside.scenario import checks, overrides
from wayside.scenario.schema import Scenario
from wayside.scenario.sections import Section


class Variation:
    """A scenario, and others that differ from it in few keys.

    Parameters
    ----------
    scenario
        The one that is varied.

    Examples
    --------
    >>> import wayside
    >>> varied = Variation(wayside.load_scenario("belle2-forward"))
    >>> varied.at({"model.m2": 3.6}).masses
    (4.341, 3.6)
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._plain = scenario.to_dict()

    def at(self, values: Mapping[str, object]) -> Scenario:
        """The scenario with other values: that of `Scenario.with_values`, without its warnings.

        Parameters
        ----------
        values
            By dotted key.

        Raises
        ------
        InputError
            If it is refused, in the same words.
        """
        try:
            names = dict.fromkeys(key.partition(".")[0] for key in values)
            plain = overrides.apply({name: self._plain[name] for name in names}, values)
            made = self.scenario.model_copy(
                update={name: self._section(name, plain) for name in names}
            )
            checks.check(made)
        except (ValidationError, InputError, LookupError):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # Refuses it in words of its own.
                return Scenario.from_dict(overrides.apply(self._plain, values))
        return made

    def _section(self, name: str, plain: Mapping[str, Any]) -> object:
        """A section of plain values, checked; sections by name only where they differ.

        Raises
        ------
        LookupError
            If this needs the scenario as a whole.
        """
        now = getattr(self.scenario, name, None)
        if isinstance(now, Section):
            return type(now).model_validate(plain[name])
        if not isinstance(now, Mapping) or now.keys() != plain[name].keys():
            raise LookupError(name)
        return {
            key: (
                section
                if plain[name][key] == self._plain[name][key]
                else type(section).model_validate(plain[name][key])
            )
            for key, section in now.items()
        }
