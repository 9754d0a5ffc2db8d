"""The section ``[model]``: masses and couplings, and what the kind of model adds of its own.

`PairSection` has the keys of an excited and a ground state with a mediator, `ParticleSection` those
of a single particle; `wayside.scenario.kinds` adds what the class of a kind declares.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StrictStr

from wayside.errors import InputError
from wayside.models.from_file import FromFile
from wayside.models.inelastic import InelasticModel
from wayside.models.particle import ParticleModel
from wayside.models.registry import all_kinds, model_class, particle_class
from wayside.production.samples import read_sample
from wayside.scenario.problems import nearest
from wayside.scenario.quantities import Quantity, refuse
from wayside.scenario.sections import Coupling as DarkCoupling
from wayside.scenario.sections import DecayLength, Energy, Epsilon, Section

__all__ = ["FileSection", "ModelSection", "PairSection", "ParticleSection", "is_pair"]

PARAMETRISATIONS: Final = (("m1", "m2"), ("mu", "rho"))
"""Keys that give the masses, one pair or the other."""

CrossSection = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e30))]
BranchingRatio = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1.0))]


def _known_kind(value: object) -> object:
    names = all_kinds()
    if value not in names:
        near = nearest(value, names) if isinstance(value, str) else None
        refuse(f"must be {_either(names)}" + (f'; did you mean "{near}"?' if near else ""))
    return value


def _either(names: tuple[str, ...]) -> str:
    quoted = [repr(name) for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


Kind = Annotated[StrictStr, BeforeValidator(_known_kind)]


class ModelSection(Section):
    """What every kind of model has.

    Attributes
    ----------
    kind
        Name of a model of `wayside.models.registry`.
    ctau_m
        Override of the proper decay length of the particle that flies in m, None to compute it.
    """

    kind: Kind
    ctau_m: DecayLength | None = None

    @property
    def couplings(self) -> dict[str, float]:
        """Couplings by name, of which rates are monomials."""
        return {}

    def problems(self) -> Iterator[str]:
        """One line for each reason why no model can be made."""
        return iter(())


class ParticleSection(ModelSection):
    """A particle that flies and decays by itself.

    Couplings and parameters of the kind are keys too.

    Attributes
    ----------
    mass
        Mass of the particle in GeV.
    """

    mass: Energy | None

    @property
    def couplings(self) -> dict[str, float]:
        """Couplings of the kind, by name."""
        names = [coupling.name for coupling in particle_class(self.kind).couplings]
        return {name: getattr(self, name) for name in names}

    @property
    def axes(self) -> tuple[str, str]:
        """Keys that span a plane unless others are named: mass, first coupling that is not 0."""
        couplings = self.couplings
        used = [name for name, value in couplings.items() if value > 0.0]
        return "model.mass", f"model.{(used or list(couplings))[0]}"

    def build(self) -> ParticleModel:
        """Make the model.

        Raises
        ------
        InputError
            If the mass or a parameter is not allowed.
        """
        cls = particle_class(self.kind)
        values = {parameter.name: getattr(self, parameter.name) for parameter in cls.parameters}
        assert self.mass is not None  # required, but for a file, which has a section of its own
        return cls(self.mass, **values)

    def problems(self) -> Iterator[str]:
        """One line if the model refuses its mass or parameters, or all couplings are 0."""
        couplings = self.couplings
        if not any(couplings.values()):
            keys = ", ".join(f"model.{name}" for name in couplings)
            yield f"{keys}: all 0; nothing is produced"
        try:
            self.build().widths()
        except InputError as error:
            yield f"model.{error}"


class FileSection(ParticleSection):
    """A particle whose production is in a file of another generator.

    Attributes
    ----------
    file
        Path of the file; its ending says the format, see `wayside.production.samples`.
    pdg_id
        PDG code of what flies.
    cross_section_fb
        Cross-section in fb, None for that of the file.
    ctau_m
        Proper decay length in m.
    frame
        ``"lab"``, or ``"cm"`` for momenta in the centre of mass with z along the electrons.
    branching_ratios
        Branching ratios by channel, at most 1 together; the rest is ``"other"``.
    mass
        In GeV, None for that of the file, which it must be if it is given.
    """

    file: StrictStr
    pdg_id: int
    cross_section_fb: CrossSection | None = None
    ctau_m: DecayLength
    frame: Literal["lab", "cm"] = "lab"
    branching_ratios: Mapping[str, BranchingRatio] = Field(default_factory=dict)
    mass: Energy | None = None

    @property
    def couplings(self) -> dict[str, float]:
        """Proper decay length and cross-section.

        Raises
        ------
        InputError
            If neither scenario nor file has a cross-section.
        """
        value = self.cross_section_fb
        if value is None:
            value = read_sample(self.file, self.pdg_id).cross_section_fb
        if value is None:
            raise InputError("model.cross_section_fb: missing; the file has none")
        return {"ctau_m": self.ctau_m, "cross_section_fb": value}

    @property
    def axes(self) -> tuple[str, str]:
        """Proper decay length and cross-section: the mass is that of the file."""
        return "model.ctau_m", "model.cross_section_fb"

    def build(self) -> FromFile:
        """Make the model, of the mass in the file."""
        mass = read_sample(self.file, self.pdg_id).mass
        if self.mass is not None and abs(self.mass - mass) > 1e-3 * mass:
            raise InputError(f"mass = {self.mass:g} GeV: that of the file is {mass:g} GeV")
        ratios = tuple(self.branching_ratios.items())
        return FromFile(mass, self.file, self.pdg_id, self.frame, ratios)

    def problems(self) -> Iterator[str]:
        """One line if the file cannot be read, or numbers do not go together."""
        total = sum(self.branching_ratios.values())
        if total > 1.0 + 1e-9:
            yield f"model.branching_ratios: their sum is {total:g}, above 1"
        try:
            self.build()
            _ = self.couplings
        except InputError as error:
            text = str(error)
            yield text if text.startswith("model.") else f"model.{_file_key(text)}{text}"


def _file_key(message: str) -> str:
    return "" if message.startswith("mass") else "file: "


class PairSection(ModelSection):
    """An excited and a ground state with a mediator, at one parameter point.

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
    g_d: DarkCoupling
    ctau_m: DecayLength | None = None

    @property
    def couplings(self) -> dict[str, float]:
        """Kinetic mixing and dark coupling."""
        return {"epsilon": self.epsilon, "g_d": self.g_d}

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


def is_pair(section: ModelSection) -> bool:
    """Whether a section is of an excited and a ground state with a mediator."""
    return isinstance(section, PairSection)
