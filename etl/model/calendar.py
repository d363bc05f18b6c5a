"""Days: months added, public holidays by département, TARGET days.

Holidays come from the `holidays` package, offline; it is imported inside functions, since it is slow to load.
"""

import calendar as _months
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

# How the package names the territories that have days of their own. 67 and 68 are its European Collectivity of Alsace.
_SUBDIVISIONS = {
    "57": "57", "67": "6AE", "68": "6AE",
    "971": "971", "972": "972", "973": "973", "974": "974", "975": "PM", "976": "976",
    "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
_SATURDAY = 5


def add_months(day: date, months: int) -> date:
    """Give the same day of the month, `months` later (or earlier), or the last of that month when it has no such day.

    Raises:
        OverflowError: beyond the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"year out of range: {year}")
    return date(year, month + 1, min(day.day, _months.monthrange(year, month + 1)[1]))


@cache
def _holidays_of(subdivision: str | None, year: int) -> frozenset[date]:
    from holidays import country_holidays

    return frozenset(country_holidays("FR", subdiv=subdivision, years=year))


def public_holidays(departement: str | None, years: Iterable[int]) -> set[date]:
    """Give the public holidays of a département.

    Args:
        departement: its code; None, and codes without days of their own, have the national ones.
        years: civil years.
    """
    subdivision = _SUBDIVISIONS.get(departement or "")
    return {day for year in years for day in _holidays_of(subdivision, year)}


def holiday_rows(departements: Iterable[str], years: Iterable[int]) -> list[dict[str, object]]:
    """Give the rows of the engine's `holiday` table, one set of days under each département's own code."""
    wanted = list(years)
    return [
        {"departement": code, "day": day}
        for code in sorted(set(departements))
        for day in sorted(public_holidays(code, wanted))
    ]


@cache
def _target_closings(year: int) -> frozenset[date]:
    from holidays import financial_holidays

    return frozenset(financial_holidays("XECB", years=year))


def is_target_day(day: date) -> bool:
    """Tell whether the TARGET payment system is open: Monday to Friday, less the six closing days of the ECB."""
    return day.weekday() < _SATURDAY and day not in _target_closings(day.year)


def target_day_from(day: date) -> date:
    """Give the day itself if TARGET is open, else the next day it is."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day
