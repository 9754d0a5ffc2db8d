"""What counts as an event, signal or fake."""

from typing import Final, Literal, get_args

Selection = Literal["vertex", "timed"]
"""A ``"vertex"`` in the emulsion alone, or one that is ``"timed"``: gas hits on both tracks agree
on one time, at which the fibres upstream have no hits. What a search adds to this is in
`wayside.selections.selection.SearchSelection`."""

SELECTIONS: Final[tuple[Selection, ...]] = get_args(Selection)
