"""The section ``[model]``: masses and couplings, and what the kind of model adds of its own."""

import functools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, SerializeAsAny, StrictStr, create_model

from wayside.errors import InputError
from wayside.models.inelastic import InelasticModel
from wayside.models.registry import kinds, model_class
from wayside.scenario.problems import nearest
from wayside.scenario.quantities import Quantity, refuse
from wayside.scenario.sections import Coupling, DecayLength, Energy, Epsilon, Section

__all__ = ["AnyModelSection", "ModelSection"]

PARAMETRISATIONS: Final = (("m1", "m2"), ("mu", "rho"))
"""Keys that give the masses, one pair or the other."""


def _known_kind(value: object) -> object:
    names = kinds()
    if value not in names:
        near = nearest(value, names) if isinstance(value, str) else None
        refuse(f"must be {_either(names)}" + (f'; did you mean "{near}"?' if near else ""))
    return value


def _either(names: tuple[str, ...]) -> str:
    quoted = [repr(name) for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


Kind = Annotated[StrictStr, BeforeValidator(_known_kind)]


class ModelSection(Section):
    """The dark sector at one parameter point.

    A kind of model that has parameters besides these adds keys of its own.

    Attributes
    ----------
    kind
        Name of a model of `wayside.models.registry`.
    m_aprime
        Mediator mass in GeV.
    m1, m2
        Masses of the excited and the ground state in GeV; None if ``mu`` and ``rho`` are given.
    mu, rho
        Mass parameters of the Lagrangian in GeV instead of ``m1`` and ``m2``; what they are is the
        model's (`wayside.models.inelastic.InelasticModel.lagrangian_masses`).
    epsilon
        Kinetic mixing.
    g_d
        Dark coupling.
    ctau_m
        Override of the excited state's proper decay length in m, None to compute it.
    """

    kind: Kind
    m_aprime: Energy
    m1: Energy | None = None
    m2: Energy | None = None
    mu: Energy | None = None
    rho: Energy | None = None
    epsilon: Epsilon
    g_d: Coupling
    ctau_m: DecayLength | None = None

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters that the kind adds, by name."""
        return {
            parameter.name: getattr(self, parameter.name)
            for parameter in model_class(self.kind).parameters
        }

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of the excited and the ground state in GeV, whichever way they were given.

        Raises
        ------
        InputError
            If neither way is complete, or the model refuses its Lagrangian masses.
        """
        if self.m1 is not None and self.m2 is not None:
            return self.m1, self.m2
        if self.mu is None or self.rho is None:
            raise InputError("model.m1: missing; give m1 and m2, or mu and rho")
        try:
            return model_class(self.kind).lagrangian_masses(self.mu, self.rho, **self.parameters)
        except InputError as error:
            raise InputError(f"model.{error}") from None

    def build(self) -> InelasticModel:
        """Make the model.

        Raises
        ------
        InputError
            If masses or parameters are not allowed.
        """
        return model_class(self.kind)(self.m_aprime, *self.masses, **self.parameters)

    def problems(self) -> Iterator[str]:
        """One line for each reason why the masses do not follow from the keys."""
        given = [
            [key for key in pair if getattr(self, key) is not None] for pair in PARAMETRISATIONS
        ]
        if given[0] and given[1]:
            key = given[1][0]
            yield (
                f"model.{key} = {getattr(self, key):.10g}: given beside {' and '.join(given[0])};"
                " give either m1 and m2, or mu and rho"
            )
            return
        for pair, present in zip(PARAMETRISATIONS, given, strict=True):
            if len(present) == 1:
                missing = next(key for key in pair if key not in present)
                yield f"model.{missing}: missing, but required with {present[0]}"
                return
        try:
            _ = self.masses
        except InputError as error:
            yield str(error)


def _section_of(data: object) -> object:
    """Check a section by the class of its kind."""
    if not isinstance(data, Mapping):
        return data
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in kinds():
        return data  # refused by the field itself
    try:
        cls = model_class(kind)
    except InputError as error:
        raise InputError(f"model.{error}") from error
    return _section_with_parameters(cls).model_validate(data) if cls.parameters else data


@functools.cache
def _section_with_parameters(cls: type[InelasticModel]) -> type[ModelSection]:
    """Section with the keys of a class of models."""
    fields: dict[str, Any] = {}
    defaults = cls.parameter_defaults()
    for parameter in cls.parameters:
        if parameter.name in ModelSection.model_fields:
            raise InputError(f"model.{parameter.name}: a key of every model, not a parameter")
        quantity = Quantity(parameter.dimension, parameter.low, parameter.high)
        default = defaults.get(parameter.name, ...)
        fields[parameter.name] = (Annotated[float, BeforeValidator(quantity)], default)
    made: type[ModelSection] = create_model("ModelSection", __base__=ModelSection, **fields)
    return made


AnyModelSection = Annotated[SerializeAsAny[ModelSection], BeforeValidator(_section_of)]
"""A section with the keys of its kind."""
