import importlib

import pytest

from wayside.errors import InputError
from wayside.paper.registry import ALIASES, SECTIONS, chosen


def test_all_in_the_order_of_the_report():
    assert chosen(()) == tuple(SECTIONS)
    assert chosen(("eq05", "table1")) == ("table1", "eq05")


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("fig4", "fig04"),
        ("Fig. 14", "fig14"),
        ("fig14a", "fig14"),
        ("FIG09", "fig08"),
        ("eq3", "eq03"),
        ("table2", "table2"),
        ("reach", "fig14"),
    ],
)
def test_names(name, section):
    assert chosen((name,)) == (section,)


@pytest.mark.parametrize("name", ["fig99", "tabel1", "", "eq", "../x"])
def test_unknown(name):
    with pytest.raises(InputError, match=r"^no section .*there are table1,") as caught:
        chosen((name,))
    assert "\n" not in str(caught.value)


def test_aliases_and_modules_are_there():
    assert set(ALIASES.values()) <= set(SECTIONS)
    for entry in SECTIONS.values():
        assert callable(importlib.import_module(f"wayside.paper.{entry.module}").run)
