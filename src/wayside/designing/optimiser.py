"""Who proposes designs: samplers of Optuna, asked for a batch and given the scores of it."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from wayside.designing.space import Dimension
from wayside.errors import InputError, check_choice

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

_VIOLATION: Final = "violation"
_STARTUP: Final = 16
"""Designs that are drawn evenly before any are proposed."""


class Score(NamedTuple):
    """How good a proposal is."""

    losses: Sequence[float]
    """One number for each objective, the smaller the better; of no matter where it is refused."""
    violation: float
    """0 if the design is allowed."""


class Optimiser(Protocol):
    """Proposes designs. The same scores give the same proposals, whoever computes them."""

    def ask(self, number: int) -> list[dict[str, float]]:
        """Propose designs, by key."""

    def tell(self, scores: Sequence[Score]) -> None:
        """Give the scores of all of the last proposals, in their order."""


def _tree(seed: int) -> "BaseSampler":
    from optuna.samplers import TPESampler

    return TPESampler(
        seed=seed,
        multivariate=True,
        constant_liar=True,
        n_startup_trials=_STARTUP,
        constraints_func=_constraints,
    )


def _genetic(seed: int) -> "BaseSampler":
    from optuna.samplers import NSGAIISampler

    return NSGAIISampler(seed=seed, population_size=24, constraints_func=_constraints)


def _constraints(trial: Any) -> tuple[float]:
    return (float(trial.user_attrs[_VIOLATION]),)


SAMPLERS: Final[Mapping[str, Callable[[int], "BaseSampler"]]] = {"tpe": _tree, "nsga-ii": _genetic}
"""Samplers by name, made of a seed."""

DEFAULT: Final = "tpe"


def sampler(name: str) -> Callable[[int], "BaseSampler"]:
    """A sampler by name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    check_choice("sampler", name, SAMPLERS)
    return SAMPLERS[name]


class OptunaOptimiser:
    """A sampler of Optuna.

    Parameters
    ----------
    name
        Key of `SAMPLERS`.
    space
        What is chosen.
    objectives
        Number of objectives.
    seed
        Seed of the sampler.
    first
        A design to propose first, by key.

    Raises
    ------
    InputError
        If there is no such sampler, or Optuna is not installed.
    """

    def __init__(
        self,
        name: str,
        space: Sequence[Dimension],
        objectives: int,
        seed: int,
        first: Mapping[str, float] | None = None,
    ) -> None:
        made = sampler(name)
        require_optuna()
        import optuna

        with _quiet():
            self._study = optuna.create_study(
                sampler=made(seed), directions=["minimize"] * objectives
            )
            if first is not None:
                self._study.enqueue_trial(dict(first))
        self._space = {dimension.key: _distribution(dimension) for dimension in space}
        self._asked: list[Any] = []

    def ask(self, number: int) -> list[dict[str, float]]:
        """Propose designs, by key."""
        with _quiet():
            self._asked = [self._study.ask(self._space) for _ in range(number)]
        return [dict(trial.params) for trial in self._asked]

    def tell(self, scores: Sequence[Score]) -> None:
        """Give the scores of all of the last proposals, in their order."""
        with _quiet():
            for trial, score in zip(self._asked, scores, strict=True):
                trial.set_user_attr(_VIOLATION, score.violation)
                self._study.tell(trial, list(score.losses))
        self._asked = []


def _distribution(dimension: Dimension) -> Any:
    from optuna.distributions import FloatDistribution, IntDistribution

    low, high, log = dimension.range.low, dimension.range.high, dimension.range.logarithmic
    if dimension.whole:
        return IntDistribution(int(low), int(high), log=log)
    return FloatDistribution(low, high, log=log)


@contextmanager
def _quiet() -> Iterator[None]:
    """Neither log lines nor warnings of what Optuna calls experimental."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def require_optuna() -> None:
    """Refuse to go on without Optuna.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import optuna  # noqa: F401  # only whether it is there
    except ImportError:
        raise InputError('optuna is not installed: pip install "wayside[design]"') from None
