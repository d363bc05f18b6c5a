"""The record of processing says something of every column, and its page is the one in docs/."""

from pathlib import Path

import pytest

from etl.jobs.privacy import register
from etl.warehouse.tables import METADATA

READ = register.read_register()
PAGE = Path(__file__).parents[3] / "docs" / "registre.md"


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_every_column_has_one_entry_and_no_entry_is_of_a_column_that_is_gone(table):
    told = register.entries(READ).get(table, {})
    assert set(told) == {column.name for column in METADATA.tables[table].columns}
    assert [name for name, entries in told.items() if len(entries) != 1] == []
    assert READ["tables"][table]["finalite"]


def test_no_entry_is_of_a_table_that_is_gone():
    assert set(READ["tables"]) == set(METADATA.tables)


def test_every_nature_and_duration_is_one_of_those_explained_and_each_serves():
    used = [entry for told in register.entries(READ).values() for entries in told.values() for entry in entries]
    assert {entry.nature for entry in used} == set(READ["natures"])
    assert {entry.kept for entry in used} == set(register.durations(READ))


def test_the_page_is_the_one_of_the_docs():
    assert PAGE.read_text(encoding="utf-8") == register.page(), "make docs"
