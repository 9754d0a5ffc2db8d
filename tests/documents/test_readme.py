"""The README's Python example runs as printed."""

import re
from pathlib import Path

import numpy as np

README = Path(__file__).parents[2] / "README.md"


def test_python_example_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)
    names = {}
    exec(compile(code, str(README), "exec"), names)
    assert capsys.readouterr().out.count("\n") >= 3
    events = names["point"].expected_events("A", 2e-4, names["g_d"], 50_000.0)
    assert np.all(events > 0)
    assert names["result"].contour[0].closed
