from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model.calendar import (
    add_months,
    holiday_rows,
    is_target_day,
    public_holidays,
    target_day_from,
)
from etl.model.department import CODES, department_code, is_overseas

DAYS = st.dates(date(2015, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), 3, date(2026, 6, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 3, 15), -3, date(2025, 12, 15)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day, months, then):
    assert add_months(day, months) == then


def test_the_end_of_time_is_an_error():
    with pytest.raises(OverflowError):
        add_months(date(9999, 12, 1), 1)


@given(DAYS, st.integers(0, 600))
def test_months_never_go_backwards_and_keep_the_month(day, months):
    then = add_months(day, months)
    assert then.year * 12 + then.month == day.year * 12 + day.month + months
    assert then.day == day.day or (then + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("departement", "day"),
    [
        ("57", date(2026, 12, 26)),
        ("67", date(2026, 12, 26)),
        ("68", date(2026, 4, 3)),
        ("974", date(2026, 12, 20)),
        ("971", date(2026, 5, 27)),
        ("988", date(2026, 9, 24)),
    ],
)
def test_some_departements_have_days_of_their_own(departement, day):
    assert day in public_holidays(departement, [2026])
    assert day not in public_holidays("75", [2026])


@pytest.mark.parametrize("departement", ["75", "2A", "20", None])
def test_the_eleven_national_days_hold_elsewhere(departement):
    days = public_holidays(departement, [2026])
    assert len(days) == 11
    assert date(2026, 7, 14) in days


def test_holidays_are_listed_under_each_departement():
    rows = holiday_rows(["75", "67", "75"], [2026, 2027])
    assert len(rows) == 2 * 11 + 2 * 13
    assert rows[0] == {"departement": "67", "day": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 4, 3), False),
        (date(2026, 4, 6), False),
        (date(2026, 5, 1), False),
        (date(2026, 7, 14), True),
        (date(2026, 12, 26), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
    ],
)
def test_target_keeps_its_own_closing_days(day, opens):
    assert is_target_day(day) == opens


def test_the_next_target_day_is_the_day_itself_when_open():
    assert target_day_from(date(2026, 11, 23)) == date(2026, 11, 23)
    assert target_day_from(date(2026, 4, 3)) == date(2026, 4, 7)


def test_departements_are_those_of_the_contract():
    assert {"01", "95", "2A", "2B", "971", "988"} <= CODES
    assert not {"00", "1", "96", "970", "989", "75001", ""} & CODES
    assert department_code(" 2a ") == "2A"
    assert department_code("1") is None


@pytest.mark.parametrize(
    ("code", "overseas"), [("974", True), ("988", True), ("97", True), ("95", False), (None, False)]
)
def test_overseas_is_told_by_the_first_digits(code, overseas):
    assert is_overseas(code) == overseas
