"""Arrays as files in memory."""

import io

import numpy as np
import pytest

from wayside.archives import archive


def test_only_what_was_given_is_kept() -> None:
    rows = np.array([(1, 0.5)], dtype=[("n", "i4"), ("x", "f8")])
    content = archive({"rows": rows, "none": np.zeros((0, 2))})
    with np.load(io.BytesIO(content), allow_pickle=False) as back:
        assert sorted(back.files) == ["none", "rows"]
        assert back["rows"].tobytes() == rows.tobytes()
    assert archive({"rows": rows, "none": np.zeros((0, 2))}) == content


def test_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="x: an array of Python objects"):
        archive({"x": np.array([object()])})
