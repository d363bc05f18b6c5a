from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model.errors import UsageError
from etl.model.quarter import PARIS, Quarter, civil_day

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_a_quarter_is_half_open():
    quarter = Quarter.parse("2026-T1")
    assert (quarter.start, quarter.end) == (date(2026, 1, 1), date(2026, 4, 1))
    assert str(quarter) == "2026-T1"


@given(DAYS)
def test_every_day_is_in_one_quarter(day):
    quarter = Quarter.of(day)
    assert quarter.start <= day < quarter.end
    assert not quarter.next.start <= day
    assert not day < quarter.previous.end


@given(DAYS)
def test_quarters_tile_the_calendar(day):
    quarter = Quarter.of(day)
    assert quarter.next.start == quarter.end
    assert quarter.next.previous == quarter
    assert Quarter.of(quarter.end - timedelta(days=1)) == quarter
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.previous < quarter < quarter.next


@pytest.mark.parametrize("text", ["2026-T5", "2026", "T1-2026", "2026-Q1", "26-T1", "", "2026-T1 2026-T2", "0000-T1"])
def test_what_is_not_a_quarter_is_refused_with_the_remedy(text):
    with pytest.raises(UsageError, match="2026-T1"):
        Quarter.parse(text)


def test_a_quarter_is_read_however_it_is_typed():
    assert Quarter.parse(" 2026-t2 ") == Quarter.parse("2026T2") == Quarter(2026, 2)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 22, 0, 0, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 3, 31, 22, 0, 0), date(2026, 4, 1)),  # noqa: DTZ001 - naive is UTC, as the warehouse stores it
        (datetime(2025, 12, 31, 23, 0, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 31, 23, 59, 59, 999_000, tzinfo=PARIS), date(2026, 3, 31)),
        (datetime(2026, 6, 30, 14, 0, tzinfo=PARIS), date(2026, 6, 30)),
    ],
)
def test_the_civil_day_is_that_of_paris(instant, day):
    assert civil_day(instant) == day
