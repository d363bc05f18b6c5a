"""What people type in a cell, and what it is read as."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from etl.sources import cells

DAY = cells.day_reader(is_1904=False)
MIDNIGHT = datetime.combine(date(2026, 3, 2), time())
INSTANT = cells.instant_reader(cells.PARIS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("02/03/2026", "2026-03-02"),
        ("2/3/26", "2026-03-02"),
        ("02.03.2026", "2026-03-02"),
        ("02-03-2026", "2026-03-02"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02 00:00:00", "2026-03-02"),
        ("02/03/2026 14:30", "2026-03-02"),
        ("O2/O3/2O26", "2026-03-02"),
        ("46083", "2026-03-02"),
        ("'02/03/2026", "2026-03-02"),
        ("1er mars 2026", "2026-03-01"),
        ("2 février 26", "2026-02-02"),
        ("12/11/2026", "2026-11-12"),
    ],
)
def test_a_date_is_read_as_people_write_it(typed, read):
    assert DAY(typed) == read


@pytest.mark.parametrize("typed", ["31/04/2026", "12/13/2026", "2026-02-31", "mars 2026", "demain", "0612345678", "1"])
def test_what_is_no_date_is_marked_and_nothing_else(typed):
    assert DAY(typed) == f"!{typed}"


def test_a_serial_number_counts_from_the_epoch_of_its_workbook():
    assert DAY("46083") == "2026-03-02"
    assert cells.day_reader(is_1904=True)("44621") == "2026-03-02"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-03-02T14:05:00+01:00", "2026-03-02T13:05:00"),
        ("2026-03-02T13:05:00Z", "2026-03-02T13:05:00"),
        ("2026-03-02 14:05", "2026-03-02T13:05:00"),
        ("2026-03-02 14:05:33", "2026-03-02T13:05:33"),
        ("02/03/2026 14:05", "2026-03-02T13:05:00"),
        ("02/03/2026 9:05:01", "2026-03-02T08:05:01"),
        ("2026-07-01 00:30", "2026-06-30T22:30:00"),
    ],
)
def test_a_time_without_offset_is_that_of_paris(typed, read):
    assert INSTANT(typed) == read


@pytest.mark.parametrize("typed", ["2026-03-02", "02/03/2026", "14:05", "0001-01-01 00:00", "hier", "31/04/2026 10:00"])
def test_a_day_alone_is_no_instant(typed):
    assert INSTANT(typed) == f"!{typed}"


def test_the_repeated_hour_of_october_is_its_first_occurrence():
    assert INSTANT("2026-10-25 02:30") == "2026-10-25T00:30:00"
    assert INSTANT("2026-10-25T02:30:00+01:00") == "2026-10-25T01:30:00"


def test_pitfall_08_each_side_of_a_change_of_hour_is_one_instant():
    spoken = ["2026-03-29 01:59:59", "2026-03-29 03:00:00", "2026-03-31 23:59:59", "2026-04-01 00:00:00"]
    assert [INSTANT(one) for one in spoken] == [
        "2026-03-29T00:59:59",
        "2026-03-29T01:00:00",
        "2026-03-31T21:59:59",
        "2026-03-31T22:00:00",
    ]


def test_another_zone_is_that_of_the_source():
    assert cells.instant_reader(ZoneInfo("UTC"))("2026-07-01 00:30:00") == "2026-07-01T00:30:00"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("3", "3"), ("3,0", "3"), ("3.0", "3"), ("1O", "10"), ("1 234", "1234"), ("007", "7"), ("0", "0"), ("O", "0")],
)
def test_a_whole_number_is_read_with_its_habits(typed, read):
    assert cells.whole(typed) == read


@pytest.mark.parametrize("typed", ["-1", "3,5", "trois", "1/2"])
def test_what_is_no_whole_number_is_marked(typed):
    assert cells.whole(typed) == f"!{typed}"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9h", "09:00"),
        ("9h30", "09:30"),
        ("09:30", "09:30"),
        ("09:30:00", "09:30"),
        ("0,6041666", "14:30"),
        ("14", "14:00"),
    ],
)
def test_an_hour_is_read_as_people_write_it(typed, read):
    assert cells.hour(typed) == read


@pytest.mark.parametrize("typed", ["25:00", "12:60", "midi"])
def test_what_is_no_hour_is_marked(typed):
    assert cells.hour(typed) == f"!{typed}"


def test_a_coded_value_is_matched_without_case_accents_or_punctuation():
    assert [cells.code(one) for one in ("Pris en charge", "PRIS-EN-CHARGE", "pris_en_charge")] == ["pris_en_charge"] * 3
    assert cells.code("Réorienté") == "reoriente"


def test_pitfall_28_an_identifier_keeps_its_zeros():
    assert cells.texts(["01", "0180523384", "000123", 1.0, 123456789012.0], cells.identifier) == [
        *("01", "0180523384", "000123"),
        *("1", "123456789012"),
    ]


def test_a_departement_gets_back_the_zero_that_a_spreadsheet_ate():
    assert [cells.department(one) for one in ("1", "01", "2a", "974")] == ["01", "01", "2A", "974"]


def test_cells_of_every_type_become_text():
    values = [
        True,
        False,
        1.0,
        1.5,
        date(2026, 3, 2),
        MIDNIGHT,
        time(14, 29, 59, 994000),
        None,
        "",
        "  ",
        "-",
    ]
    assert cells.texts(values, cells.identifier) == [
        *("oui", "non", "1", "1.5", "2026-03-02", "2026-03-02", "14:30"),
        *(None, None, None, None),
    ]


def test_the_zero_that_a_formula_made_negative_is_zero():
    assert cells.texts([-0.0], cells.whole) == cells.texts([0.0, -0.0], cells.whole)[:1] == ["0"]


def test_no_break_spaces_and_typographic_dashes_are_plain_ones():
    assert cells.texts(["FV26–000123–W", "FV26\u00a0000123\u202fW"], cells.written) == [
        "FV26-000123-W",
        "FV26 000123 W",
    ]
