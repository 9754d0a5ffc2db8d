"""The reference pages list everything that is public."""

import pkgutil
import re
import tomllib

import wayside
from documents.sessions import ROOT


def layers() -> list[str]:
    """Packages and modules at the top level, the lowest layer first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    return [*reversed(contract["layers"])]


def test_every_module_is_listed() -> None:
    """Each package with its modules, in the order of the layers."""
    listed = re.findall(r"^   (wayside\.\w+)$", (ROOT / "docs/api.md").read_text("utf-8"), re.M)
    public = {
        module.name
        for module in pkgutil.iter_modules(wayside.__path__, "wayside.")
        if not module.name.rpartition(".")[2].startswith("_")
    }
    assert set(listed) == public
    assert listed == [*layers(), *(name for name in listed if name not in layers())]


def test_names_at_the_top_level() -> None:
    """Each name that `import wayside` brings, and no other."""
    text = (ROOT / "docs/python.md").read_text("utf-8")
    listed = re.findall(r"^\.\. auto\w+:: (\w+)$", text, re.M)
    assert sorted(listed) == sorted({*wayside.__all__} - {"__version__"})


def test_map_of_the_packages() -> None:
    """CONTRIBUTING lists every layer, the highest first."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    _, _, table = text.partition("| package in `src/wayside` | what it does |\n|---|---|\n")
    table, _, _ = table.partition("\n\n")
    first_column = [line.split("|")[1] for line in table.splitlines()]
    listed = [name for cell in first_column for name in re.findall(r"`(\w+)`", cell)]
    assert [f"wayside.{name}" for name in listed] == layers()[::-1]
