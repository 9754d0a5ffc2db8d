"""Results for notebooks."""

import base64
import html
import io

from wayside.plotting.reach_figure import reach_figure
from wayside.plotting.style import house_style
from wayside.sensitivity.result import Reach


def reach_html(result: Reach) -> str:
    """Figure and the numbers that matter, as one piece of HTML."""
    buffer = io.BytesIO()
    with house_style():
        reach_figure(result).savefig(buffer, format="png", dpi=110)
    picture = base64.b64encode(buffer.getvalue()).decode("ascii")
    run = result.scenario.run
    rows = {
        "scenario": result.scenario.name,
        "luminosity": f"{run.luminosity_fb:g} fb⁻¹",
        "signal": " + ".join(result.scenario.signal),
        "limit": f"{result.n_limit:.4g} events at {100 * run.confidence_level:g}% CL",
        "most events": f"{float(result.total.max()):.4g}",
        "error bound": f"{result.relative_error:.1e}",
        "flags": "; ".join(result.flags) or "none",
    }
    cells = "".join(
        f"<tr><th style='text-align:left'>{html.escape(key)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for key, value in rows.items()
    )
    return (
        f"<div><img alt='reach of {html.escape(result.scenario.name)}'"
        f" src='data:image/png;base64,{picture}'/><table>{cells}</table></div>"
    )
