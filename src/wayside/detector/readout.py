"""What gas detectors and scintillating fibres measure, and how well."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Readout:
    """Errors and efficiencies of gas detectors and fibres.

    The defaults are those of the section ``[emulsion]`` of a scenario; their origins are in
    docs/theory/reconstruction.md.

    Parameters
    ----------
    gas_error
        Error of the position of a hit in a gas detector along x and y, in mm.
    gas_time
        Error of its time in ns.
    gas_efficiency
        Probability that a gas detector has a hit of a particle that crosses it.
    fibre_time
        Error of the time of a hit in a layer of fibres, in ns.
    fibre_efficiency
        Probability that a layer of fibres has a hit of a particle that crosses it.
    """

    gas_error: float = 0.05
    gas_time: float = 5.0
    gas_efficiency: float = 0.97
    fibre_time: float = 1.0
    fibre_efficiency: float = 0.98
