"""Sphinx configuration; ``make docs`` builds with warnings as errors and needs no network."""

import re
from importlib.metadata import files as _files
from importlib.metadata import version as _version
from typing import Any

from docutils import nodes
from sphinx.ext.napoleon.docstring import GoogleDocstring

import wayside

project = "Wayside"
author = "The Wayside developers"
copyright = "The Wayside developers"  # noqa: A001
release = version = _version("wayside")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
default_role = "py:obj"

# MathJax in one file, with its fonts and without a network, from the package that carries it.
mathjax_path = "tex-svg-full.js"
_mathjax = next(
    file for file in _files("sphinx-mathjax-offline") or () if file.name == mathjax_path
)

html_theme = "furo"
html_title = f"Wayside {release}"
html_copy_source = False
html_static_path = ["_static", str(_mathjax.locate())]
html_css_files = ["numbers.css"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# Equations are numbered through the theory pages, (3.1) being the first of the third page.
numfig = True
numfig_secnum_depth = 1
math_numfig = True
math_eqref_format = "({number})"

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "NDArray": "NDArray"}
napoleon_google_docstring = False
napoleon_use_ivar = False
# Types of parameters are prose ("array of shape (n, 3)") and no references.
napoleon_use_param = False
napoleon_use_rtype = False

# Every reference must have a target, but for
nitpicky = False
nitpick_ignore_regex = [
    # names of other packages, whose inventories would have to come over a network,
    (
        r"py:.*",
        r"(numpy|matplotlib|pathlib|pydantic|pydantic_core|collections\.abc|os|click|rich)\..*",
    ),
    # and arguments of validators in annotations, which are printed as if they were types.
    (r"py:class", r"[a-z_]+=.*|[-+.\d]+(e[-+]?\d+)?|Pydantic\w+"),
]

# Comments of attributes are prose: what stands before a colon in them is no type.
GoogleDocstring._parse_attribute_docstring = GoogleDocstring._consume_to_end

_NUMBER = re.compile(r"(?:[-+±<>≥≤~]\s?)?\d[\d.,]*(?:e[-+]?\d+)?(?:-\d[\d.]*)?")


def _keep_numbers_whole(app: Any, doctree: nodes.document, docname: str) -> None:  # noqa: ARG001
    """Mark numbers in tables, which `numbers.css` keeps on one line."""
    for entry in doctree.findall(nodes.entry):
        for text in [*entry.findall(nodes.Text)]:
            if isinstance(text.parent, nodes.literal | nodes.math):
                continue
            parts: list[nodes.Node] = []
            end = 0
            for match in _NUMBER.finditer(text):
                if not match[0].isdecimal():
                    parts.append(nodes.Text(text[end : match.start()]))
                    parts.append(nodes.inline("", match[0], classes=["number"]))
                    end = match.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def _names_at_the_top(app: Any, env: Any, node: Any, text: Any) -> nodes.Node | None:
    """Send references to `wayside.reach` and its like to where the name is defined."""
    name = node.get("reftarget", "").removeprefix("wayside.")
    if name not in wayside.__all__ or name == "__version__":
        return None
    target = f"{getattr(wayside, name).__module__}.{name}"
    return env.domains["py"].resolve_xref(
        env, node["refdoc"], app.builder, "obj", target, node, text
    )


def setup(app: Any) -> None:
    """Connect what this documentation adds to Sphinx."""
    app.connect("doctree-resolved", _keep_numbers_whole)
    app.connect("missing-reference", _names_at_the_top)
