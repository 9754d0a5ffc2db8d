"""Text of results: JSON and CSV tables, against the standard library's own."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayside.text import csv_text, json_text

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(values.filter(lambda value: "Infinity" not in json.dumps(value)))
def test_json_as_the_standard_library_writes_it(value: object) -> None:
    assert json_text(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_json_of_arrays_and_of_what_json_does_not_have() -> None:
    value = {
        1: np.array([[1.0, np.nan], [np.inf, 1e-300]]),
        "number": np.float64(0.1),
        "path": Path("a") / "b",
        "pair": (1, 2.5),
    }
    plain = {"1": [[1.0, None], [None, 1e-300]], "number": 0.1, "path": "a/b", "pair": [1, 2.5]}
    assert json_text(value) == json.dumps(plain, indent=2)
    with pytest.raises(TypeError):
        json_text({"set": {1}})


def test_csv_of_numbers_and_words() -> None:
    rows = [(1, 0.1, "a"), ("b", 1e-30, np.str_("c")), (True, np.float64(1 / 3), float("inf"))]
    text = csv_text({"units": "m"}, ["x", "y", "z"], rows)
    first, *rest = text.splitlines()
    assert first == "# units: m"
    assert list(csv.reader(rest)) == [
        ["x", "y", "z"], ["1", "0.1", "a"], ["b", "1e-30", "c"], ["1", "0.3333333333", "inf"]
    ]  # fmt: skip
