"""One line for what is wrong with a scenario: the key, the value, what is allowed."""

import difflib
import json
import re
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from wayside.errors import InputError

LONGEST_VALUE: Final = 60
"""Characters of a value or key that a message shows."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_PLAIN: Final = {
    "string_type": "must be a string",
    "string_unicode": "must be a string of valid characters",
    "model_type": "must be a section of keys and values",
    "dict_type": "must be a section of keys and values",
    "mapping_type": "must be a section of keys and values",
    "tuple_type": "must be a list",
    "invalid_key": "keys must be strings",
}

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 48


def show(value: object) -> str:
    """Represent a value on one line, shortened."""
    try:
        text = _repr.repr(value)
    except Exception:  # a value whose repr fails must not hide the message about it
        text = f"<{type(value).__name__}>"
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def dotted(path: Iterable[object]) -> str:
    """Write a path into nested sections as ``--set`` takes it.

    Examples
    --------
    >>> dotted(("detectors", "A", "size"))
    'detectors.A.size'
    >>> dotted(("run", "signal", 0))
    'run.signal[0]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != "[key]":
            name = str(part)
            if not _BARE_KEY.fullmatch(name):
                name = json.dumps(name[:LONGEST_VALUE]).replace("\x7f", "\\u007f")
            text += f".{name}" if text else name
    return text


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate a mistyped word was meant to be, None if none is close.

    Examples
    --------
    >>> nearest("M_aprme", ["m_aprime", "m1"])
    'm_aprime'
    """
    word = word.casefold()
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(word, folded, n=1, cutoff=0.6)
    if not close and len(word) > 2:
        close = [name for name in folded if name.startswith(word)]
    return folded[close[0]] if close else None


def fail(problems: Sequence[str]) -> NoReturn:
    """Raise one `InputError` for all problems: the first in full, the number of the others."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise InputError(problems[0] + more)


def from_validation(error: ValidationError, known: Mapping[str, Sequence[str]]) -> NoReturn:
    """Turn what pydantic found into one `InputError`.

    Parameters
    ----------
    error
        What pydantic raised.
    known
        Keys of each section by its dotted path, the top level under the empty path, sections of
        any name under ``*`` (``detectors.*``).
    """
    details = error.errors(include_url=False)
    for detail in details:
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            raise cause
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
    suggestions = [_suggestion(detail["loc"], known) for detail in unknown]
    # A mistyped key leaves its true spelling missing: that is one problem, not two.
    others = [
        detail
        for detail in details
        if detail["type"] != "extra_forbidden"
        and not (detail["type"] == "missing" and dotted(detail["loc"]) in suggestions)
    ]
    lines = [
        _unknown_line(detail["loc"], suggestion, known)
        for detail, suggestion in zip(unknown, suggestions, strict=True)
    ]
    missing = [dotted(detail["loc"]) for detail in others if detail["type"] == "missing"]
    rest = [_line(detail) for detail in others if detail["type"] != "missing"]
    if missing:
        rest.insert(0, f"{', '.join(missing)}: missing, but required")
    fail(lines + rest)


def _line(detail: ErrorDetails) -> str:
    key = dotted(detail["loc"])
    context = detail.get("ctx", {})
    if "text" in context:
        allowed = context["text"]
    elif "expected" in context:
        allowed = f"must be {context['expected']}"
    else:
        message = detail["msg"]
        allowed = _PLAIN.get(detail["type"], message[:1].lower() + message[1:])
    if detail["loc"][-1:] == ("[key]",):
        return f"{key}: {allowed}"
    start = f"{key} = {show(detail['input'])}" if key else show(detail["input"])
    return f"{start}: {allowed}"


def _section(path: Sequence[object], known: Mapping[str, Sequence[str]]) -> str:
    """Where the keys of a section stand: its own path, or that of its like with any name."""
    named = dotted(path)
    return named if named in known else f"{dotted(path[:-1])}.*"


def _suggestion(path: Sequence[object], known: Mapping[str, Sequence[str]]) -> str | None:
    """Find the nearest valid key: that very one elsewhere, alike in the same section, or alike."""
    word, section = str(path[-1]), path[:-1]
    leaves: dict[str, str] = {}
    for place, keys in known.items():
        if place and "*" not in place and f"{place.rpartition('.')[0]}.*" not in known:
            for key in keys:
                leaves.setdefault(key, f"{place}.{key}")
    if word in leaves:
        return leaves[word]
    near = nearest(word, known.get(_section(section, known), ()))
    if near is not None:
        return dotted((*section, near))
    near = nearest(word, leaves)
    return leaves[near] if near is not None else None


def _unknown_line(
    path: Sequence[object], suggestion: str | None, known: Mapping[str, Sequence[str]]
) -> str:
    if suggestion is not None:
        return f'{dotted(path)}: unknown key; did you mean "{suggestion}"?'
    allowed = ", ".join(known.get(_section(path[:-1], known), ()))
    return f"{dotted(path)}: unknown key; allowed: {allowed}"
