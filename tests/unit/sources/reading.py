"""A fiche read back, for the tests."""

from etl.sources.fiches import read_fiches

OTHER = "FV26-000124-U"


def read(content):
    return read_fiches(content, "t1.xlsx")


def column(rows, name):
    return rows.values[name]
