"""The study side by side with Wayside: every table, figure and quoted number recomputed."""

from typing import Final

STUDY: Final = (
    "The study is the proposal to search for a dark photon that decays to inelastic scalar dark"
    " matter with a detector of emulsions and micro-pattern gas detectors beside BESIII and"
    " Belle II. Its text reached us without title page, so authors and number are not stated."
    " Sections, equations, figures, tables and footnotes are cited by the study's own numbers:"
    " Sections 1 to 11, Eqs. 1 to 23, Figs. 1 to 16, Tables 1 and 2."
)
"""What "the study" is, and how it is cited."""
