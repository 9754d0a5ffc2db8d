"""What is released says the same wherever it says it."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def test_recipe_has_our_requirements() -> None:
    recipe = (ROOT / "recipe/meta.yaml").read_text(encoding="utf-8")
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = [Requirement(text) for text in table["project"]["dependencies"]]
    wanted = {f"{CONDA_NAMES.get(each.name, each.name)} {each.specifier}" for each in ours}
    wanted.add(f"python {table['project']['requires-python']}")
    run = recipe.partition("  run:\n")[2].partition("\ntest:")[0]
    assert set(re.findall(r"- (.+)", run)) == wanted
    host = recipe.partition("  host:\n")[2].partition("  run:\n")[0]
    assert set(table["build-system"]["requires"]) <= {
        text.replace(" ", "") for text in re.findall(r"- (.+)", host)
    }
    assert "{{ version }}" in recipe
    assert re.search(r'regex_pattern=\'__version__ = "\(\.\*\)"\'', recipe)


def test_extra_under_the_gpl_is_in_no_other() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    for name, requirements in extras.items():
        text = " ".join(requirements)
        assert ("hepdata-validator" in text) == (name == "hepdata-check")
        assert "hepdata-check" not in text
