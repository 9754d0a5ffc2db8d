"""The sections of the report, in its order; their modules are imported when they run."""

import difflib
import importlib
from typing import Final, NamedTuple

from wayside.errors import InputError
from wayside.paper.section import Context, Outcome, Section


class Entry(NamedTuple):
    """One section."""

    title: str
    """Heading of the section in the report."""
    chapter: str
    """Heading of the chapter that the section belongs to."""
    module: str
    """Name of the section's module in this package."""
    weight: float = 1.0
    """Approximate run time in seconds; the longest sections start first."""


TABLES: Final = "Tables and quoted numbers"
FIGURES: Final = "Figures"
EQUATIONS: Final = "Equations by a second route"
BEYOND: Final = "Beyond the study"

SECTIONS: Final = {
    "table1": Entry("Table 1: acceptances", TABLES, "table1", 6.0),
    "relation": Entry("The relation of optimal acceptance", TABLES, "relation", 7.0),
    "footnote4": Entry("Footnote 4: equal beams, head-on", TABLES, "footnote4", 9.0),
    "table2": Entry("Table 2, Eqs. 17 to 19: muons", TABLES, "table2", 5.0),
    "klong": Entry("Section 9.3, Fig. 13: K_L0", TABLES, "klong", 5.0),
    "sheets": Entry("Section 8: detector and track threshold", TABLES, "sheets"),
    "fig04": Entry("Fig. 4: spectrum of the pair", FIGURES, "fig04"),
    "fig05": Entry("Fig. 5: flight length", FIGURES, "fig05", 6.0),
    "fig06": Entry("Figs. 6 and 7: where phi1 goes", FIGURES, "fig06", 5.0),
    "fig08": Entry("Figs. 8 and 9: the detector and its places", FIGURES, "fig08"),
    "fig10": Entry("Fig. 10: acceptance of the boxes", FIGURES, "fig10"),
    "fig11": Entry("Figs. 11 and 12: tracks in the emulsion", FIGURES, "fig11", 4.0),
    "fig14": Entry("Fig. 14 and the reach: epsilon and g_D", FIGURES, "fig14", 8.0),
    "fig15": Entry("Fig. 15: epsilon and masses", FIGURES, "fig15", 15.0),
    "fig16": Entry("Fig. 16: off shell", FIGURES, "fig16", 3.0),
    "eq03": Entry("Eq. 3: annihilation", EQUATIONS, "eq03", 4.0),
    "eq04": Entry("Eq. 4: production on shell", EQUATIONS, "eq04"),
    "eq05": Entry("Eq. 5: production off shell", EQUATIONS, "eq05"),
    "eq10": Entry("Eqs. 10 to 12: decay and flight", EQUATIONS, "eq10"),
    "eq13": Entry("Eqs. 13 to 16: phi1 of an A' on shell", EQUATIONS, "eq13"),
    "eq20": Entry("Eqs. 20 and 21: the yield", EQUATIONS, "eq20", 3.0),
    "eq22": Entry("Eqs. 22 and 23: BaBar", EQUATIONS, "eq22", 4.0),
    "beyond": Entry("Actual beams, fermions, time of flight", BEYOND, "beyond", 14.0),
    "radiated": Entry("All photons off the beams", BEYOND, "radiated", 25.0),
    "seen": Entry("Simulated efficiency and background", BEYOND, "seen", 15.0),
    "searched": Entry("With the selection of a search", BEYOND, "searched", 20.0),
}
"""By the name that the command line takes."""

ALIASES: Final = {
    "fig07": "fig06",
    "fig09": "fig08",
    "fig12": "fig11",
    "fig13": "klong",
    "reach": "fig14",
}
"""Other names of the same."""


def chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    """Sections by name, in the order of the report; all of them if none is named.

    Raises
    ------
    InputError
        If there is no section of a name.
    """
    wanted = set()
    for name in names:
        plain = _plain(name)
        section = ALIASES.get(plain, plain)
        if section not in SECTIONS:
            near = difflib.get_close_matches(plain, [*SECTIONS, *ALIASES], n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}? " if near else ""
            raise InputError(f"no section {name!r}; {hint}there are {', '.join(SECTIONS)}")
        wanted.add(section)
    return tuple(name for name in SECTIONS if not names or name in wanted)


def _plain(name: str) -> str:
    """``Fig.4``, ``fig4`` and ``fig04`` are one; so are ``14a`` to ``14d``."""
    text = name.casefold().replace(".", "").replace(" ", "").replace("-", "")
    for prefix in ("fig", "eq"):
        rest = text.removeprefix(prefix)
        if rest != text:
            number = rest.rstrip("abcd")
            if number.isdigit():
                return f"{prefix}{int(number):02d}"
    return text


def run(name: str, context: Context) -> Outcome:
    """Run one section by its name in `SECTIONS`."""
    module: Section = importlib.import_module(f"wayside.paper.{SECTIONS[name].module}")
    return module.run(context)
