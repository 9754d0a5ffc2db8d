"""The how-to's example is a scenario, and does what its text says."""

import re
from pathlib import Path

import pytest

from wayside import load_scenario
from wayside.sensitivity.planes import mass_point

HOWTO = Path(__file__).parents[1] / "docs" / "howto_scenario.md"


def test_example(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.S)
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    scenario = load_scenario(str(path))
    model, run = scenario.model, scenario.run
    point = mass_point(scenario)
    events = sum(
        float(point.expected_events(name, model.epsilon, model.g_d, run.luminosity_fb))
        for name in scenario.signal
    )
    assert events == pytest.approx(15, abs=0.5), "as the text around it says"
