"""Points of a scan, and the options that name them."""

import math
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import qmc

from wayside.errors import InputError
from wayside.scanning.axes import GridAxis, Range, grid_axis, key_range
from wayside.scanning.designs import Grid, Sobol, Table
from wayside.scanning.points_file import read_points

numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0.0 or abs(x) > 1e-6)


def axis(key: str, low: float, high: float, points: int, logarithmic: bool = False) -> GridAxis:
    return GridAxis(Range(key, low, high, logarithmic), points)


@given(low=numbers, high=numbers, points=st.integers(2, 500), logarithmic=st.booleans())
@example(low=999999.9999999999, high=1e6, points=6, logarithmic=False)
def test_what_is_written_is_read(low: float, high: float, points: int, logarithmic: bool) -> None:
    text = f"model.m2={low!r}:{high!r}:{points}" + (":log" if logarithmic else "")
    if low >= high or (logarithmic and low <= 0.0):
        with pytest.raises(InputError, match=r"model\.m2 from"):
            grid_axis(text)
        return
    read = grid_axis(text)
    assert read == axis("model.m2", low, high, points, logarithmic)
    values = read.at(np.arange(points))
    expected = (np.geomspace if logarithmic else np.linspace)(low, high, points)
    assert values == pytest.approx(expected, rel=1e-12, abs=1e-12 * max(abs(low), abs(high)))
    assert (values[0], values[-1]) == (low, high)
    assert np.all(np.diff(values) >= 0.0)


@given(text=st.text(max_size=40))
def test_no_text_makes_another_error(text: str) -> None:
    for read in (grid_axis, key_range):
        with suppress(InputError):
            read(text)


@pytest.mark.parametrize(
    "text",
    ["", "model.m2", "=1:2:3", "model.m2=1:2", "model.m2=1:2:x", "model.m2=1:2:3:lin", "a=1:2:3:4",
     "model.m2=2:1:3", "model.m2=1:1:3", "model.m2=0:1:3:log", "model.m2=1:2:1", "model.m2=nan:2:3",
     "model.m2=1:inf:3", "model.m2=1 GeV:2:3", "model.m2=1:2:-3", "model.m2=1:2:9999999999"],
)  # fmt: skip
def test_bad_grids(text: str) -> None:
    with pytest.raises(InputError):
        grid_axis(text)


@given(
    shape=st.lists(st.integers(2, 6), min_size=1, max_size=3),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_blocks_of_a_grid_are_those_of_meshgrid(shape: list[int], cut: tuple[float, float]) -> None:
    grid = Grid(tuple(axis(f"a.{k}", k, k + 1.0, n) for k, n in enumerate(shape)))
    mesh = np.meshgrid(*(np.linspace(k, k + 1.0, n) for k, n in enumerate(shape)), indexing="ij")
    every = np.stack([values.ravel() for values in mesh], axis=1)
    start, stop = sorted(int(t * grid.size) for t in cut)
    assert grid.size == math.prod(shape)
    assert grid.points(start, stop) == pytest.approx(every[start:stop], rel=1e-14)


def test_costly_keys_vary_slowest() -> None:
    grid = Grid((axis("model.epsilon", 1, 2, 3), axis("model.m2", 1, 2, 4)))
    ordered = grid.ordered(lambda key: key == "model.epsilon")
    assert ordered.keys == ("model.m2", "model.epsilon")
    assert ordered.run_length(["model.epsilon"]) == 3
    assert grid.run_length(["model.epsilon"]) == 1


def test_sobol_points_do_not_depend_on_the_block() -> None:
    sobol = Sobol((Range("a.x", 0.0, 2.0), Range("a.y", 1e-3, 10.0, True)), 1000, seed=7)
    whole = sobol.points(0, 1000)
    parts = [sobol.points(start, min(start + 37, 1000)) for start in range(0, 1000, 37)]
    assert np.array_equal(np.concatenate(parts), whole)
    unit = np.stack([whole[:, 0] / 2.0, np.log(whole[:, 1] / 1e-3) / np.log(1e4)], axis=1)
    # Far more even than 1000 random points, whose centred discrepancy is 1e-3 to 4e-3.
    assert qmc.discrepancy(np.clip(unit, 0.0, 1.0)) < 1e-4
    assert not np.array_equal(Sobol(sobol.ranges, 1000, seed=8).points(0, 1000), whole)


def test_runs_of_a_table() -> None:
    values = np.array([[1.0, 1e-4], [1.0, 2e-4], [1.0, 3e-4], [2.0, 1e-4]])
    table = Table(("model.m2", "model.epsilon"), values)
    assert table.run_length(["model.epsilon"]) == 3
    assert table.run_length(["model.m2", "model.epsilon"]) == 4
    assert table.about()["sha256"] != Table(table.keys, values + 1e-12).about()["sha256"]


@pytest.mark.parametrize(
    ("keys", "values"),
    [((), np.zeros((1, 0))), (("a.x", "a.x"), np.zeros((1, 2))), (("a.x",), np.zeros((0, 1))),
     (("a.x",), np.full((1, 1), np.nan)), (("a.x",), np.zeros(3))],
)  # fmt: skip
def test_bad_tables(keys: tuple[str, ...], values: np.ndarray) -> None:
    with pytest.raises(InputError):
        Table(keys, values)


def test_points_of_files(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = np.array([[3.61, 1e-4], [3.62, 2e-4], [3.63, 3e-4]])
    text = '# made by hand\n\nmodel.m2, "model.epsilon"\n3.61,1e-4\n# more\n3.62,2e-4\n3.63,3e-4'
    (tmp_path / "a.csv").write_text(text)
    columns = {"model.m2": rows[:, 0], "model.epsilon": rows[:, 1]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        table = read_points(tmp_path / name)
        assert table.keys == ("model.m2", "model.epsilon")
        assert np.array_equal(table.values, rows)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"model.m2\n", "no points"),
        (b"1,2\n3,4\n", "must be a key"),
        (b"model.m2,model.epsilon\n1,2,3\n", "3 columns, but 2 keys"),
        (b"model.m2\nx\n", "cannot be read as CSV"),
        (b"model.m2,model.epsilon\n1,\n", "cannot be read as CSV"),
        (b"model.m2\nnan\n", "model.m2 of point 0: must be a finite number"),
        (b"model.m2,model.m2\n1,2\n", "given twice"),
        (b"\xff\xfe\x00", "cannot be read as CSV"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_points(path)
    path.rename(tmp_path / "points.parquet")
    with pytest.raises(InputError):
        read_points(tmp_path / "points.parquet")
    with pytest.raises(InputError, match="no such file"):
        read_points(tmp_path / "none.csv")
