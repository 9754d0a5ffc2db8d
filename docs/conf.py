"""Sphinx configuration; ``make docs`` builds with warnings as errors and needs no network."""

import pkgutil
import re
from collections.abc import Collection, Mapping
from importlib.metadata import files as _files
from importlib.metadata import version as _version
from itertools import takewhile
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.util.nodes import make_refnode

import wayside

project = "Wayside"
author = "The Wayside developers"
copyright = "The Wayside developers"  # noqa: A001
release = version = _version("wayside")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
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
# Notebooks are text: they run when the pages are built, and an error in one is an error.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
# Equations are numbered through the theory pages, (3.1) being the first of the third page.
numfig = True
numfig_secnum_depth = 1
math_numfig = True
math_eqref_format = "({number})"

# A page for each package with all of its modules: the theme draws every page into the side bar of
# every other one.
# Functions are no entries of it: drawing them into every page took a third of the time.
toc_object_entries = False
autosummary_generate = True
autosummary_context = {
    "packages": [
        module.name
        for module in pkgutil.walk_packages(wayside.__path__, "wayside.")
        if module.ispkg
    ]
}
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
nitpicky = True
nitpick_ignore_regex = [
    # names of other packages, whose inventories would have to come over a network,
    (
        r"py:.*",
        r"(numpy|numba|matplotlib|scipy|pydantic|pydantic_core|pyarrow|click|rich|tornado|optuna|pd)\..*",
    ),
    # and of Python's own library,
    (
        r"py:.*",
        r"(pathlib|collections\.abc|os|json|importlib\.metadata|concurrent\.futures|re)\..*",
    ),
    # validators in annotations with their arguments, which are printed as if they were types,
    (r"py:class", r"[a-z_]+=.*|[-+.\d]+(e[-+]?\d+)?|Pydantic\w+|types\.Annotated"),
    (r"py:class", r"wayside\.[\w.]+\._\w+"),
    # variables and aliases of types, and pieces of a type that is cut at a comma.
    (
        r"py:class",
        r"Figure|Axes|BaseSampler|HistGradientBoostingClassifier|wayside\.[\w.]+\.(S|T|ChannelT|Command|Computed|Function)|(dict|tuple)\[(float|str)",
    ),
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


def _without_fuzzy_search(app: Any, doctree: nodes.document) -> None:  # noqa: ARG001
    """Let names in signatures be looked up as they are, or by `_where_defined`.

    Sphinx would compare each with every name that it knows, a fifth of the time of a build.
    """
    for node in doctree.findall(pending_xref):
        node.attributes.pop("refspecific", None)


class _Endings:
    """Full names by what they end with, made anew when there are more of them."""

    def __init__(self) -> None:
        self._size = -1
        self._names: dict[str, list[str]] = {}

    def of(self, ending: str, known: Collection[str]) -> list[str]:
        """Full names that end with a name."""
        if len(known) != self._size:
            self._size, self._names = len(known), {}
            for name in known:
                rest = name
                while "." in rest:
                    rest = rest.partition(".")[2]
                    self._names.setdefault(rest, []).append(name)
        return self._names.get(ending, [])


_ENDINGS = _Endings()


def _definition(target: str, module: str, known: Mapping[str, Any], role: str) -> str | None:
    """Full name of what a docstring of a module calls by a name that it imports."""
    for prefix in (f"{module}.", f"{module.rpartition('.')[0]}.", ""):
        if prefix + target in known:
            return prefix + target
        owner, _, attribute = (prefix + target).rpartition(".")
        try:
            space = pkgutil.resolve_name(owner)
            found = getattr(space, attribute, None)
        except (ImportError, AttributeError, ValueError):
            continue
        for thing, rest in ((found, ""), (space, f".{attribute}")):
            if isinstance(thing, ModuleType):
                name = thing.__name__ + rest
            else:
                path = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
                name = ".".join(path) + rest
            if name in known:
                return name
    # An array type or a constant does not know where it stands: by its name, if there is one.
    same = _ENDINGS.of(target, known)
    if len(same) > 1 and role == "class":
        same = [name for name in same if known[name].objtype == role]
        # Imported for types alone, which leaves no trace: that of the nearest module.
        nearest = max((_shared(name, module) for name in same), default=0)
        same = [name for name in same if _shared(name, module) == nearest]
    return same[0] if len(same) == 1 else None


def _shared(one: str, other: str) -> int:
    """Count the packages that two names have in common."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _where_defined(app: Any, env: Any, node: Any, text: Any) -> nodes.Node | None:
    """Send references by an imported or relative name to the definition."""
    if node.get("refdomain") != "py":
        return None
    objects = env.domains.python_domain.objects
    module = node.get("py:module") or "wayside"
    name = _definition(node["reftarget"], module, objects, node.get("reftype", "obj"))
    if name is None:
        return None
    entry = objects[name]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, text, name)


def _without_aliases(
    app: Any,  # noqa: ARG001
    what: str,  # noqa: ARG001
    name: str,  # noqa: ARG001
    obj: Any,
    skip: bool,
    options: Any,  # noqa: ARG001
) -> bool | None:
    """Leave out fields of named tuples that say nothing but their number."""
    return True if str(obj.__doc__).startswith("Alias for field number") else skip or None


def setup(app: Any) -> None:
    """Connect what this documentation adds to Sphinx."""
    app.connect("doctree-read", _without_fuzzy_search)
    app.connect("doctree-resolved", _keep_numbers_whole)
    app.connect("missing-reference", _where_defined)
    app.connect("autodoc-skip-member", _without_aliases)
