"""JSON with a checksum in it, and errors of readers in one line."""

from pathlib import Path

import pytest

from wayside.errors import InputError
from wayside.reading import read_json, reading, sealed_json, unsealed_json

VALUE = {"name": "x", "number": 0.1, "list": [1, None]}


def test_sealed_json_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(sealed_json(VALUE, indent=1))
    assert read_json(path) == VALUE
    path.write_text('{"by": "hand"}')
    assert read_json(path) == {"by": "hand"}


def test_every_damaged_letter_is_noticed() -> None:
    text = sealed_json(VALUE)
    for place in range(len(text)):
        bad = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        with pytest.raises(InputError, match=r"^a\.json: (damaged or edited|cannot be read)"):
            unsealed_json(Path("a.json"), bad)


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError("deep"), StopIteration(), ValueError("a\nb\x07")]
)
def test_any_error_is_one_line(error: Exception) -> None:
    with pytest.raises(InputError) as caught, reading(Path("a.x"), "X"):
        raise error
    assert str(caught.value).startswith("a.x: cannot be read as X")
    assert str(caught.value).isprintable()


def test_too_large_is_not_damaged() -> None:
    with (
        pytest.raises(InputError, match=r"a\.x: too large for the memory"),
        reading(Path("a.x"), "X"),
    ):
        raise MemoryError


@pytest.mark.parametrize("key", ["checksums", "check", "checksum_sha256"])
def test_other_checksums_are_not_ours(key: str) -> None:
    text = f'{{"{key}": "1", "a": 2}}'
    assert unsealed_json(Path("a.json"), text) == {key: "1", "a": 2}
