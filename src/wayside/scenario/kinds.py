"""Sections ``[model]`` by kind: what a class declares of couplings and parameters becomes keys."""

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, SerializeAsAny, create_model

from wayside.errors import InputError
from wayside.models.from_file import FromFile
from wayside.models.inelastic import InelasticModel
from wayside.models.parameters import AnyParameter, Choice, Coupling
from wayside.models.particle import ParticleModel
from wayside.models.registry import all_kinds, model_class, particle_class, particle_kinds
from wayside.scenario.model import FileSection, ModelSection, PairSection, ParticleSection
from wayside.scenario.quantities import Quantity
from wayside.scenario.sections import Energy

__all__ = ["AnyModelSection", "own_keys"]

SMALLEST: Final = 1e-30
"""Least coupling, far below any use: squares stay inside a double's range."""


def own_keys(kind: object) -> dict[str, tuple[str, ...]]:
    """Keys of the section ``[model]`` of a kind, under its path; none for a kind that is not known.

    Kinds whose package cannot be loaded have none either.
    """
    if not isinstance(kind, str):
        return {}
    try:
        return {"model": tuple(_section_class(kind).model_fields)}
    except InputError:
        return {}


def _section_of(data: object) -> object:
    """Check a section by the class of its kind."""
    if not isinstance(data, Mapping):
        return data
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in all_kinds():
        return PairSection.model_validate(data)  # refused by the field itself
    try:
        cls = _section_class(kind)
    except InputError as error:
        raise InputError(f"model.{error}") from error
    return cls.model_validate(data)


def _section_class(kind: str) -> type[ModelSection]:
    """Section of a kind.

    Raises
    ------
    InputError
        If there is no such kind, or its package cannot be loaded.
    """
    if kind in _SECTIONS:
        return _SECTIONS[kind]
    if kind in particle_kinds():
        return _particle_section(particle_class(kind))
    cls = model_class(kind)
    return _pair_section(cls) if cls.parameters else PairSection


_SECTIONS: Final[Mapping[str, type[ModelSection]]] = {FromFile.kind: FileSection}
"""Sections of kinds whose keys are no numbers."""


@functools.cache
def _pair_section(cls: type[InelasticModel]) -> type[PairSection]:
    """Section with the keys of a class of pairs."""
    fields = _parameter_fields(cls.parameters, cls.parameter_defaults(), PairSection)
    made: type[PairSection] = create_model("PairSection", __base__=PairSection, **fields)
    return made


@functools.cache
def _particle_section(cls: type[ParticleModel]) -> type[ParticleSection]:
    """Section with the keys of a class of single particles."""
    fields = _parameter_fields(cls.parameters, cls.parameter_defaults(), ParticleSection)
    fields |= {coupling.name: _coupling_field(coupling) for coupling in cls.couplings}
    fields["mass"] = (Energy, ...)
    made: type[ParticleSection] = create_model(
        "ParticleSection", __base__=ParticleSection, **fields
    )
    return made


def _parameter_fields(
    parameters: tuple[AnyParameter, ...], defaults: Mapping[str, Any], base: type[ModelSection]
) -> dict[str, Any]:
    """Types and defaults of parameters, for pydantic."""
    fields: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.name in base.model_fields:
            raise InputError(f"model.{parameter.name}: a key of every model, not a parameter")
        default = defaults.get(parameter.name, ...)
        if isinstance(parameter, Choice):
            fields[parameter.name] = (Literal[parameter.words], default)
            continue
        quantity = Quantity(parameter.dimension, parameter.low, parameter.high)
        fields[parameter.name] = (Annotated[float, BeforeValidator(quantity)], default)
    return fields


def _coupling_field(coupling: Coupling) -> tuple[Any, Any]:
    optional = coupling.default is not None
    quantity = Quantity(
        coupling.dimension,
        0.0 if optional else SMALLEST,
        coupling.high,
        zero="" if optional else "at zero nothing is produced",
    )
    default = coupling.default if optional else ...
    return Annotated[float, BeforeValidator(quantity)], default


AnyModelSection = Annotated[SerializeAsAny[ModelSection], BeforeValidator(_section_of)]
"""A section with the keys of its kind."""
