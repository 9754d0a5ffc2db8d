"""What else enters the detector and looks like signal: one module a source, rates and counts.

Sources are computed from formulas and from shipped tables; scripts write the tables.
"""

from wayside.backgrounds.fake_counts import Contribution, contributions
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup

__all__ = ["Contribution", "DetectorSetup", "contributions", "sources"]
