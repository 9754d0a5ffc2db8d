"""The response of a film; see `wayside.detector.emulsion`."""

from wayside.detector.emulsion import UM, Emulsion

__all__ = ["UM", "Emulsion"]
