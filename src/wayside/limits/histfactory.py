"""The same counting experiments as HistFactory workspaces, for pyhf.

A workspace is plain JSON, which other experiments can combine with theirs; only limits need pyhf
(``pip install "wayside[backgrounds]"``). The parameter of interest ``mu`` is the expected signal
count in the signal detector. pyhf's asymptotic limits are wrong without background, where that of
0 counts at 90 % is 1.35, not 2.30 (docs/theory/limits.md); its toys are
not.
"""

from types import ModuleType
from typing import Any, Final, Literal, get_args

import numpy as np

from wayside.constants import CONFIDENCE_LEVEL
from wayside.errors import InputError
from wayside.limits import checks
from wayside.limits.control import Control

CalcType = Literal["asymptotics", "toybased"]

_MOST: Final = 100.0
"""Largest background that a fit may try, in units of the expected one."""


def workspace(
    background: float,
    error: float = 0.0,
    control: Control | None = None,
    observed: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Counting experiment as a HistFactory workspace.

    Without a control, a channel ``signal`` with a background of Poisson-constrained size
    (``shapesys``). With one, that size is shared by the channels ``signal`` and ``control``, and
    constrained by a third, ``prior``: the auxiliary count itself. The ratio of backgrounds has a
    log-normal error there.

    Parameters
    ----------
    background, error
        Expected background counts in the signal detector and their standard error.
    control
        How a second detector compares, None without.
    observed
        Counts by channel; the expected ones without signal where not given.

    Returns
    -------
    dict
        Valid against pyhf's schema 1.0.0, for ``pyhf.Workspace`` or a file.

    Raises
    ------
    InputError
        For backgrounds and errors that are none.
    """
    b = float(checks.expected(background))
    e = float(checks.expected(error, "error"))
    if control is None:
        modifiers = [_modifier("background", "shapesys", [e])] if e and b else []
        channels = [_channel("signal", 1.0, b, modifiers)]
        expected = {"signal": b}
        parameters: list[dict[str, Any]] = []
    else:
        size = _modifier("background", "normfactor", None)
        expected = {"signal": b, "control": control.background_ratio * b}
        ratio = []
        if control.ratio_error:
            up = 1.0 + control.ratio_error
            ratio = [_modifier("ratio", "normsys", {"hi": up, "lo": 1.0 / up})]
        channels = [
            _channel("signal", 1.0, b, [size]),
            _channel("control", control.signal_ratio, expected["control"], [size, *ratio]),
        ]
        parameters = [{"name": "background", "bounds": [[0.0, _MOST]], "inits": [1.0]}]
        if e and b:
            expected["prior"] = (b / e) ** 2
            channels.append(_channel("prior", 0.0, expected["prior"], [size]))
        else:
            parameters[0]["fixed"] = True
    counts = expected | (observed or {})
    most = 20.0 + 10.0 * float(np.hypot(np.sqrt(b + counts["signal"]), e))
    parameters.append({"name": "mu", "bounds": [[0.0, most]], "inits": [1.0]})
    return {
        "version": "1.0.0",
        "channels": channels,
        "observations": [{"name": name, "data": [counts[name]]} for name in expected],
        "measurements": [
            {"name": "signal events", "config": {"poi": "mu", "parameters": parameters}}
        ],
    }


def upper_limit(spec: dict[str, Any], cl: float = CONFIDENCE_LEVEL) -> tuple[float, float]:
    """Observed and median expected CLs limits by pyhf's asymptotic formulae.

    Parameters
    ----------
    spec
        From `workspace`.
    cl
        Confidence level in (0, 1).

    Returns
    -------
    observed, expected
        On the expected signal count in the signal detector.

    Raises
    ------
    InputError
        Without pyhf.
    """
    pyhf = _pyhf()
    model, data = _model(pyhf, spec)
    high = model.config.suggested_bounds()[model.config.poi_index][1]
    # Not `upper_limit`, which in pyhf 0.7.6 finds that at 95 % whatever level it is asked for.
    limit, band = pyhf.infer.intervals.upper_limits.toms748_scan(
        data, model, 1e-3, high, level=1.0 - float(checks.level(cl)), rtol=1e-6
    )
    return float(limit), float(band[2])


def confidence(
    spec: dict[str, Any],
    signal: float,
    *,
    calctype: CalcType = "asymptotics",
    toys: int = 1000,
    seed: int = 1,
) -> float:
    """CLs of a signal, with the test statistic q-tilde.

    Parameters
    ----------
    spec
        From `workspace`.
    signal
        Expected signal count in the signal detector.
    calctype
        ``"asymptotics"`` or ``"toybased"``.
    toys, seed
        Number of toys for each hypothesis, and seed of the random numbers.

    Returns
    -------
    float
        Small where the signal is excluded.

    Raises
    ------
    InputError
        Without pyhf, or for another ``calctype``.
    """
    if calctype not in get_args(CalcType):
        raise InputError(f"calctype = {calctype!r}: use one of {', '.join(get_args(CalcType))}")
    pyhf = _pyhf()
    model, data = _model(pyhf, spec)
    if calctype == "asymptotics":
        return float(pyhf.infer.hypotest(signal, data, model, test_stat="qtilde"))
    # Not `hypotest`, which for its quantiles calls numpy as numpy 2.4 no longer is called.
    calculator = pyhf.infer.calculators.ToyCalculator(
        data, model, test_stat="qtilde", ntoys=toys, track_progress=False
    )
    kept = np.random.get_state()  # noqa: NPY002  # the generator pyhf draws from
    np.random.seed(seed)  # noqa: NPY002
    try:
        both, alone = calculator.distributions(signal)
    finally:
        np.random.set_state(kept)  # noqa: NPY002
    statistic = calculator.teststatistic(signal)
    return float(calculator.pvalues(statistic, both, alone)[2])


def _model(pyhf: ModuleType, spec: dict[str, Any]) -> tuple[Any, Any]:
    space = pyhf.Workspace(spec)
    model = space.model()
    return model, space.data(model)


def _pyhf() -> ModuleType:
    try:
        import pyhf
        import pyhf.infer.calculators
        import pyhf.infer.intervals.upper_limits
    except ImportError:
        raise InputError('pyhf is not installed: pip install "wayside[backgrounds]"') from None
    return pyhf  # type: ignore[no-any-return]


def _modifier(name: str, kind: str, data: object) -> dict[str, Any]:
    return {"name": name, "type": kind, "data": data}


def _channel(
    name: str, signal: float, background: float, modifiers: list[dict[str, Any]]
) -> dict[str, Any]:
    samples = [{"name": "background", "data": [background], "modifiers": modifiers}]
    if signal:
        size = [_modifier("mu", "normfactor", None)]
        samples.insert(0, {"name": "signal", "data": [signal], "modifiers": size})
    return {"name": name, "samples": samples}
