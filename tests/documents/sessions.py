"""Commands that the documents print, with the output that they show."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in ROOT.glob("docs/**/*.md") if not {"_build", "_api"} & {*path.parts}),
    ]
)

_FENCE = re.compile(r"^(?:```|~~~)\{?([a-z-]*)\}?[^\n]*\n(.*?)^(?:```|~~~)$", re.M | re.S)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


class Printed(NamedTuple):
    """One command of a document."""

    document: str
    """Path from the root of the repository."""
    line: str
    """The command as printed, without prompt and comment."""
    output: str
    """What the document shows below it; empty where it shows nothing."""
    scenario: str | None
    """The last scenario file in full that the document shows before it."""

    @property
    def words(self) -> list[str]:
        """The command as a shell splits it, without the folder of the virtual environment."""
        words = shlex.split(self.line, comments=True)
        return [word.removeprefix(".venv/bin/") for word in words]


def blocks(document: Path) -> list[tuple[str, str]]:
    """Language and text of the fenced blocks of a document."""
    return [(match[1], match[2]) for match in _FENCE.finditer(document.read_text("utf-8"))]


def printed_commands() -> list[Printed]:
    """All lines behind a prompt in blocks of the language `console`."""
    commands = []
    for document in DOCUMENTS:
        name = str(document.relative_to(ROOT))
        scenario = None
        for language, text in blocks(document):
            if language == "toml" and "[model]" in text and "[collider]" in text:
                scenario = text
            if language != "console":
                continue
            for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
                line, _, output = part.partition("\n")
                commands.append(Printed(name, re.split(r"\s+# ", line)[0], output, scenario))
    return commands


def inline_commands() -> list[tuple[str, list[str]]]:
    """Documents and words of commands that stand in running text."""
    commands = set()
    for document in DOCUMENTS:
        text = _FENCE.sub("", document.read_text("utf-8"))
        for match in _INLINE.finditer(text):
            if re.match(r"(wayside|make|python scripts/\S+) ", match[1]):
                commands.add((str(document.relative_to(ROOT)), match[1]))
    return [(document, shlex.split(command)) for document, command in sorted(commands)]
