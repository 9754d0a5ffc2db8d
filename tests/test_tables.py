"""Structured arrays as Parquet: what is written is read, parts join, other files are refused."""

from pathlib import Path

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.tables import about_table, flatten, join_tables, read_table, write_table

ROW = np.dtype([("event", np.int64), ("along", np.float64, 2), ("kept", np.bool_)])


def some_rows(number: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = np.zeros(number, ROW)
    rows["event"] = rng.integers(0, 2**62, number)
    rows["along"] = rng.normal(size=(number, 2))
    rows["kept"] = rng.random(number) < 0.5
    return rows


def test_rows_come_back_to_the_last_bit(tmp_path: Path) -> None:
    rows = some_rows(200, 1)
    write_table(tmp_path / "t.parquet", rows, {"seed": 1})
    back = read_table(tmp_path / "t.parquet", ROW)
    assert back.dtype.names == ("event", "along_0", "along_1", "kept")
    assert np.array_equal(back["along_1"], rows["along"][:, 1])
    assert np.array_equal(back, flatten(rows))
    assert about_table(tmp_path / "t.parquet") == {"seed": 1}
    write_table(tmp_path / "bare.parquet", rows)
    assert about_table(tmp_path / "bare.parquet") is None


def test_parts_join_in_order(tmp_path: Path) -> None:
    parts = [tmp_path / f"{k}.parquet" for k in range(3)]
    for k, part in enumerate(parts):
        write_table(part, some_rows(10 + k, k), {"part": k})
    join_tables(parts, tmp_path / "all.parquet", {"parts": 3})
    whole = read_table(tmp_path / "all.parquet", ROW)
    expected = np.concatenate([flatten(some_rows(10 + k, k)) for k in range(3)])
    assert np.array_equal(whole, expected)
    assert about_table(tmp_path / "all.parquet") == {"parts": 3}


def test_other_files_are_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", some_rows(3, 1))
    more = np.dtype([*ROW.descr, ("mass", np.float64)])
    with pytest.raises(InputError, match='no column "mass"'):
        read_table(tmp_path / "t.parquet", more)
    (tmp_path / "text.parquet").write_text("no table")
    with pytest.raises(InputError, match=r"text\.parquet"):
        read_table(tmp_path / "text.parquet", ROW)
