"""What hardware and work cost: prices, all of them guesses until someone asks a supplier."""

from typing import Annotated

from pydantic import BeforeValidator

from wayside.scenario.quantities import Quantity
from wayside.scenario.sections import Section

Price = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e12))]
Speed = Annotated[float, BeforeValidator(Quantity("pure number", 0.0, 1e9, open_low=True))]


class CostSection(Section):
    """Prices in EUR, or any other money. The defaults are guesses: no supplier was asked.

    Attributes
    ----------
    film
        For each m^2 of a base with emulsion on both sides, developed.
    exchange
        Each time that the films of a detector are put in, the first time too: work and transport.
    scanning_hour
        Price of an hour of a microscope.
    scanning_speed
        Films that it reads in an hour, in cm^2 of base.
    plate, tungsten, lead
        For each kg of the plates between films, of the slab in front and of the lead around.
    gas_plane
        For each gas detector, whatever its size: frame, supplies.
    gas_area
        For each m^2 of gas detectors, with readout.
    fibre_area
        For each m^2 of a plane of fibres, with readout.
    fixed
        For a detector, whatever it is made of.
    """

    film: Price = 1500.0
    exchange: Price = 10_000.0
    scanning_hour: Price = 60.0
    scanning_speed: Speed = 4700.0
    plate: Price = 40.0
    tungsten: Price = 60.0
    lead: Price = 5.0
    gas_plane: Price = 3000.0
    gas_area: Price = 20_000.0
    fibre_area: Price = 20_000.0
    fixed: Price = 0.0
