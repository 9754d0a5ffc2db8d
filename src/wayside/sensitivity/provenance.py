"""Which data tables a result rests on."""

from wayside.data import read_table
from wayside.efficiency.shipped import NAME
from wayside.scenario import Scenario
from wayside.sensitivity.existing import SEARCHES


def table_record(name: str) -> dict[str, str]:
    """Name, origin, version, date and licence of one table."""
    header = read_table(name).header
    return {
        "name": name,
        **{key: header.get(key, "") for key in ("origin", "version", "date", "licence")},
    }


def tables_used(scenario: Scenario) -> list[dict[str, str]]:
    """Records of the tables behind the widths, efficiencies and existing limits of a scenario."""
    names = ["r_ratio", "narrow_vector_states"]
    if scenario.cosmology.dof == "drees2015":  # the others are formulas
        names.append("dof_drees2015")
    if scenario.run.simulates_efficiency:
        names.append(NAME)
    for search in SEARCHES:
        names.extend(search.tables)
    return [table_record(name) for name in names]
