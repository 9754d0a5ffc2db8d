"""One detector of a scenario as the sources of background see it, and what was computed for it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from wayside.backgrounds.place import box_of
from wayside.backgrounds.target import Target
from wayside.collider.beams import Beams
from wayside.constants import SECONDS_PER_DAY
from wayside.detector.box import Box
from wayside.errors import InputError

if TYPE_CHECKING:
    from wayside.scenario import Scenario

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class DetectorSetup:
    """A detector in the environment that a scenario describes.

    Parameters
    ----------
    scenario
        Sections ``collider``, ``run``, ``detectors``, ``stack``, ``emulsion``, ``site``,
        ``shielding`` and ``beam_backgrounds`` are used.
    detector
        Name of one of its detectors.

    Raises
    ------
    InputError
        If there is no detector of that name.
    """

    scenario: "Scenario"
    detector: str
    _results: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the name."""
        known = self.scenario.detectors
        if self.detector not in known:
            raise InputError(f"detector {self.detector!r}: known are {', '.join(known)}")

    @cached_property
    def beams(self) -> Beams:
        """The beams."""
        return self.scenario.collider.build()

    @cached_property
    def volume(self) -> Box:
        """The volume of the detector, as the scenario gives it."""
        return box_of(self.scenario, self.detector)

    @cached_property
    def blocks(self) -> int:
        """Number of blocks in it: those of the stack, or as many as fit.

        Raises
        ------
        InputError
            If none fits.
        """
        stack = self.scenario.stack
        period = 1e-3 * stack.build().period
        depth = float(self.volume.size[2])
        fit = int(depth / period * (1.0 + 1e-9))
        if fit == 0:
            raise InputError(
                f"detectors.{self.detector}: a block takes {period:g} m, and the detector is"
                f" {depth:g} m deep"
            )
        return min(stack.blocks, fit)

    @cached_property
    def box(self) -> Box:
        """The blocks, without the lead around them; they begin at the front face."""
        size = self.volume.size.copy()
        size[2] = min(size[2], self.target.depth)
        return replace(self.volume, size=size)

    @cached_property
    def target(self) -> Target:
        """What particles hit: for the fakes of one of them."""
        width, height, _ = self.volume.size
        stack = self.scenario.stack
        period = 1e-3 * stack.build().period
        return Target(stack.shield, self.blocks, period, float(width), float(height))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the blocks leave of the detector, or it of them; one line each."""
        stack, depth = self.scenario.stack, float(self.volume.size[2])
        if self.blocks < stack.blocks:
            return (
                f"{self.detector}: {self.blocks} of {stack.blocks} blocks fit into {depth:g} m",
            )
        if self.target.depth < 0.999 * depth:
            return (
                f"{self.detector}: {self.blocks} blocks fill {self.target.depth:g} m of {depth:g} m"
                " (stack.blocks); the signal counts in all of it",
            )
        return ()

    @property
    def luminosity_fb(self) -> float:
        """Integrated luminosity in fb^-1."""
        return self.scenario.run.luminosity_fb

    @property
    def seconds(self) -> float:
        """Exposure in s."""
        return self.scenario.site.exposure * SECONDS_PER_DAY

    def once(
        self,
        function: Callable[Concatenate["DetectorSetup", P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Value of a function for this setup, computed at the first call with its arguments.

        Parameters
        ----------
        function
            Takes a setup first.
        args, kwargs
            Its other arguments, which must be hashable.
        """
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in self._results:
            self._results[key] = function(self, *args, **kwargs)
        return cast(T, self._results[key])
