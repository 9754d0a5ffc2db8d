"""ROOT files are the same to the last byte whenever their content is."""

import datetime
import struct
from pathlib import Path

import numpy as np
import pytest

from wayside.root_files import new_root_file

uproot = pytest.importorskip("uproot")


def write(path: Path, offset: float = 0.0, baskets: int = 30) -> bytes:
    """Trees with so many baskets that their records are moved, which leaves gaps."""
    with new_root_file(path) as file:
        tree = file.mktree("events", {"x": np.dtype("f8"), "y": np.dtype("f4")})
        for number in range(baskets):
            x = np.arange(5.0) + number + offset
            tree.extend({"x": x, "y": x.astype("f4")})
        file["header"] = "text " * 500
        file.mktree("more", {"z": np.dtype("i4")}).extend({"z": np.arange(3, dtype="i4")})
    return path.read_bytes()


def code(when: datetime.datetime) -> bytes:
    """A time as ROOT has it: years from 1995, months, days, hours, minutes, seconds."""
    fields = when.month, when.day, when.hour, when.minute, when.second
    value = when.year - 1995
    for field, bits in zip(fields, (4, 5, 5, 6, 6), strict=True):
        value = (value << bits) | field
    return struct.pack(">I", value)


def test_no_time_and_no_name(tmp_path: Path) -> None:
    start = datetime.datetime.now().replace(microsecond=0)
    first = write(tmp_path / "a.root")
    second = write(tmp_path / "another name.root")
    seconds = (datetime.datetime.now() - start).seconds + 1
    assert first == second
    times = [code(start + datetime.timedelta(seconds=k)) for k in range(-1, seconds + 1)]
    assert not any(time in first for time in times)
    # What uproot writes by itself has them: the test would see one.
    with uproot.recreate(tmp_path / "timed.root") as file:
        file["header"] = "text"
    now = datetime.datetime.now().replace(microsecond=0)
    timed = (tmp_path / "timed.root").read_bytes()
    assert any(code(now - datetime.timedelta(seconds=k)) in timed for k in range(3))


def test_content(tmp_path: Path) -> None:
    write(tmp_path / "a.root")
    write(tmp_path / "b.root", offset=1.0)
    with uproot.open(tmp_path / "a.root") as a, uproot.open(tmp_path / "b.root") as b:
        assert a.created_on == a.modified_on == datetime.datetime(1995, 1, 1)
        # Readers keep arrays by the identifier of the file.
        assert a.file.uuid != b.file.uuid
        assert str(a["header"]) == "text " * 500
        x = (np.arange(5.0) + np.arange(30)[:, None]).ravel()
        np.testing.assert_array_equal(a["events"]["x"].array(library="np"), x)
        np.testing.assert_array_equal(b["events"]["x"].array(library="np"), x + 1.0)
        np.testing.assert_array_equal(a["events"]["y"].array(library="np"), x.astype("f4"))
        np.testing.assert_array_equal(a["more"]["z"].array(library="np"), [0, 1, 2])
