"""Files are whole or not there."""

import os
import tempfile
from pathlib import Path

import pytest

from wayside import processes
from wayside.errors import OutputError
from wayside.files import (
    check_output_folder,
    claimed_folder,
    refuse_if_written,
    remove_parts,
    scratch_folder,
    whole_files,
    whole_folder,
    write_files,
)


def test_write(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    written = write_files(folder, {"t.txt": "ħ\n", "b.bin": b"\x00\r\n"})
    assert written == [folder / "t.txt", folder / "b.bin"]
    assert (folder / "t.txt").read_bytes() == "ħ\n".encode()
    assert (folder / "b.bin").read_bytes() == b"\x00\r\n"
    assert sorted(path.name for path in folder.iterdir()) == ["b.bin", "t.txt"]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_files(tmp_path, {"a": "a"})
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_old_files_are_replaced_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"a": "old", "b": "old"})
    write_files(tmp_path, {"a": "new"})
    assert (tmp_path / "a").read_text() == "new"

    writes = []

    def full(descriptor: int) -> None:
        writes.append(descriptor)
        if len(writes) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        write_files(tmp_path, {"a": "newer", "b": "newer"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("new", "old")


def test_failure_leaves_no_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path / "a" / "b", {"x": "x"})
    assert list(tmp_path.iterdir()) == []


def test_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(OutputError, match="a folder is in the way"):
        write_files(tmp_path, {"a": "a", "b": "b"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("name", ["a/b", "../a", "", "..", "."])
def test_only_plain_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a plain file name"):
        write_files(tmp_path / "out", {name: "x"})
    assert list(tmp_path.iterdir()) == []


def test_check_leaves_no_trace(tmp_path: Path) -> None:
    check_output_folder(tmp_path)
    check_output_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_check_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    long = tmp_path / ("x" * 300)
    for folder in (file, file / "below", tmp_path / "dangling", long, Path("a\0b")):
        with pytest.raises(OutputError) as caught:
            check_output_folder(folder)
        assert str(caught.value).isprintable()

    # Permissions do not bind root, so the file system's refusal is staged.
    def refused(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(OutputError, match=r"^/.*: cannot be written: Permission denied$"):
        check_output_folder(tmp_path / "new")


def fill_and_stop(part: Path, error: BaseException) -> None:
    part.write_text("new")
    raise error


def test_several_files_by_name(tmp_path: Path) -> None:
    """What a writer of its own leaves behind: all files, or those of before."""
    paths = [tmp_path / "a" / "one", tmp_path / "b" / "two"]
    with whole_files(paths) as parts:
        assert [part.parent for part in parts] == [path.parent for path in paths]
        for part in parts:
            part.write_text("old")
    with pytest.raises(RuntimeError, match="stop"), whole_files(paths) as parts:
        fill_and_stop(parts[0], RuntimeError("stop"))
    with pytest.raises(OutputError, match="No such file"), whole_files(paths) as parts:
        parts[0].write_text("new")  # the other one is forgotten
    assert [path.read_text() for path in paths] == ["old", "old"]
    names = sorted(path.name for path in tmp_path.rglob("*"))
    assert names == ["a", "b", "one", "two"]


def test_folder(tmp_path: Path) -> None:
    place = tmp_path / "new" / "cache"
    with pytest.raises(KeyboardInterrupt), whole_folder(place) as part:
        fill_and_stop(part / "file", KeyboardInterrupt())
    assert not place.exists()
    with whole_folder(place) as part:
        (part / "file").write_text("first")
    # A slower process finds the folder there already, and leaves it as it is.
    with whole_folder(place) as part:
        (part / "file").write_text("second")
    assert (place / "file").read_text() == "first"
    assert [each.name for each in place.parent.iterdir()] == ["cache"]


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> int:
    """Number of a process that is not running."""
    number = 2**22 + 1  # above the largest of Linux
    assert not processes.is_running(number)
    monkeypatch.setattr(tempfile, "tempdir", None)
    return number


def left_by(process: int) -> str:
    machine, _, number = processes.token().split("-")
    return f"{machine}-{process}-{number}"


def test_what_killed_processes_left_is_removed(tmp_path: Path, gone: int) -> None:
    """And nothing else: not what a living process writes, or one of another machine."""
    ours = left_by(gone)
    other_machine = "00000000" + ours[8:]
    kept = [
        f".a.txt.{left_by(os.getppid())}.part",
        f".a.txt.{other_machine}.part",
        f".b.txt.{ours}.part",
        ".a.txt.part",
        "a.txt.part",
    ]
    for name in (*kept, f".a.txt.{ours}.part"):
        (tmp_path / name).write_text("half")
    write_files(tmp_path, {"a.txt": "whole"})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "a.txt"])
    remove_parts(tmp_path)
    assert not (tmp_path / f".b.txt.{ours}.part").exists()
    assert (tmp_path / kept[0]).exists()


def test_a_file_that_another_process_writes(tmp_path: Path) -> None:
    (tmp_path / f".a.txt.{left_by(os.getppid())}.part").touch()
    with pytest.raises(OutputError, match=rf"is being written by process {os.getppid()}$"):
        refuse_if_written(tmp_path / "a.txt")
    refuse_if_written(tmp_path / "b.txt")


def test_temporary_folders(tmp_path: Path, gone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    left = tmp_path / f"wayside-{left_by(gone)}"
    left.mkdir()
    (left / "plan").touch()
    (tmp_path / "wayside-notes").mkdir()
    with scratch_folder() as folder:
        assert folder.is_dir()
        assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["wayside-notes"]


def test_a_claim_ends(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed_folder(tmp_path / "a" / "b"):
            assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []
    with claimed_folder(tmp_path / "a"):
        (tmp_path / "a" / "kept").touch()
    assert (tmp_path / "a" / "kept").exists()
