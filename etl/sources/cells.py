"""What people type in a cell, as the one text the rules are written for.

Every reader takes the normalised text of a cell that is not blank and gives its canonical form. What it cannot read it
gives back behind a `!`, which no canonical form begins with: the verdict, with its code and its sentence, belongs to
`expectations/`, which asks each column for the canonical form and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from etl.model import phone, reference
from etl.model.text import key, normalise
from etl.sources.texts import Cells, Texts, arrayed_if_long

if TYPE_CHECKING:
    import pyarrow as pa

Cell = Any  # what a workbook or a CSV holds: text, number, day, instant, hour or truth value
Reader = Callable[[str], str | None]
CellReader = Callable[[Cell], str | None]
# What the cells of a long column are read as, null where it is not known.
Recogniser = Callable[["pa.StringArray"], "pa.StringArray"]

UNREAD = "!"  # sorts before digits: what is unread is not also too late
PARIS = ZoneInfo("Europe/Paris")

# What people type in a cell that they mean to leave empty.
_NOTHING = frozenset({"-", "--", "---", "–", "—", "/", ".", "#"})
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("janvier janv jan", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil", "aout"),
            *("septembre sept", "octobre oct", "novembre nov", "decembre dec"),
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_YEAR_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")
_FRENCH = re.compile(
    r"([0-9]{1,2}) ?[-/. ] ?([0-9]{1,2}) ?[-/. ] ?([0-9]{4}|[0-9]{2})(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_WORDS = re.compile(r"([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4}|[0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_WHOLE = re.compile(r"([0-9]+)(?:[.,]0+)?")
_HOUR = re.compile(r"([0-9]{1,2}) ?(?:[:hH] ?([0-9]{2})?|$)(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?min)?")
_DAY_BEFORE_HOUR = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]")
_DAY_FRACTION = re.compile(r"0[.,][0-9]+")
_LETTER_O = str.maketrans("Oo", "00")
_ONLY_DIGITS_AND_O = re.compile(r"[0-9Oo /.,:-]+")


def texts(cells: Cells, read: Reader, recognise: Recogniser | None = None) -> Texts:
    """Read a column. Each distinct value is converted once: real columns repeat themselves.

    Args:
        cells: what a workbook or a CSV holds: text, number, day, instant, hour or truth value.
        read: one of the readers below.
        recognise: gives at once, for some of the cells, what the reader would give.

    Returns:
        A canonical text a cell, None for a blank one.
    """
    return converted(cells, partial(_read, read=read), recognise)


def converted(cells: Cells, read: CellReader, recognise: Recogniser | None = None) -> Texts:
    """Read a column by what reads a cell, whatever it holds."""
    column = arrayed_if_long(cells) if recognise else cells
    if isinstance(column, list):
        return _each_once(column, read)
    if recognise is None:
        return _each_text_once(column, read)
    import pyarrow.compute as pc

    known = recognise(column)
    if not known.null_count:
        return known
    return pc.replace_with_mask(known, known.is_null(), _each_text_once(column.filter(known.is_null()), read))


def _each_text_once(column: pa.StringArray, read: CellReader) -> pa.StringArray:
    import pyarrow as pa

    coded = column.dictionary_encode()
    return pa.array(map(read, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)


def _each_once(column: list[Any], read: CellReader) -> list[str | None]:
    distinct = set(column)
    if (True in distinct or False in distinct) and bool in set(map(type, column)):  # True == 1.0: one distinct value
        column = [("oui" if cell else "non") if type(cell) is bool else cell for cell in column]
        distinct = set(column)
    known = {cell: read(cell) for cell in distinct}
    return list(map(known.__getitem__, column))


def remembering(read: Reader) -> CellReader:
    """Give what reads a cell and remembers it: the same days, codes and numbers come back in every file."""
    return lru_cache(maxsize=1 << 12)(partial(_read, read=read))


def _read(cell: Cell, read: Reader) -> str | None:
    text = text_of(cell)
    return read(text) if text and text not in _NOTHING else None


def text_of(cell: Cell) -> str:
    """Write a cell as text: a whole number without decimals, a day as ISO, an hour to the minute."""
    if isinstance(cell, str):
        return normalise(cell)
    if isinstance(cell, float):
        return f"{cell + 0.0:.0f}" if cell.is_integer() else repr(cell)  # -0.0 is 0.0
    if isinstance(cell, datetime):
        rounded = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(sep=" ")
    if isinstance(cell, time):
        minutes = (cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6 + 30) // 60
        return f"{int(minutes) // 60 % 24:02d}:{int(minutes) % 60:02d}"
    return "" if cell is None else str(cell)


def unread(text: str) -> str:
    """Mark a text that could not be read."""
    return UNREAD + text


def written(text: str) -> str:
    """A reference as the association wrote it; the dashes a word processor makes are dashes."""
    return text if text.isascii() else text.translate(_DASHES)


def identifier(text: str) -> str:
    """An identifier of another system: nothing is changed."""
    return text


def code(text: str) -> str:
    """A coded value: `Pris en charge` is `pris_en_charge`. Whether it is in its list is asked later."""
    return key(text).replace(" ", "_") or unread(text)


def sigle(text: str) -> str:
    """The code of a convention or an association, in capitals, without spaces."""
    return text.translate(_DASHES).replace(" ", "").upper()


def department(text: str) -> str:
    """A département; the zero that a spreadsheet ate is put back."""
    return text.upper().zfill(2) if len(text) == 1 and text.isdecimal() else text.upper()


def journal_reference(text: str) -> str:
    """A reference of the journal, which is right or nothing: it is never repaired."""
    return reference.parse(text) or unread(text)


def telephone(text: str) -> str:
    """A telephone number, as E.164."""
    return phone.e164(text) or unread(text)


def whole(text: str) -> str:
    """A whole number, `O` for zero and a decimal part of zeros included."""
    digits = text.translate(_LETTER_O) if _ONLY_DIGITS_AND_O.fullmatch(text) else text
    found = _WHOLE.fullmatch(digits.replace(" ", ""))
    return found.group(1).lstrip("0") or "0" if found else unread(text)


def hour(text: str) -> str:
    """An hour of the day: `9h`, `9h30`, `09:30`, `09:30:00`, a fraction of a day or an instant, as `HH:MM`."""
    alone = _DAY_BEFORE_HOUR.sub("", text)
    zeros = alone.translate(_LETTER_O) if _ONLY_DIGITS_AND_O.fullmatch(alone) else alone
    if _DAY_FRACTION.fullmatch(zeros):
        minutes = int(float(zeros.replace(",", ".")) * 24 * 60 + 0.5) % (24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    found = _HOUR.fullmatch(zeros)
    if not found or int(found.group(1)) > 23 or int(found.group(2) or 0) > 59:
        return unread(text)
    return f"{int(found.group(1)):02d}:{int(found.group(2) or 0):02d}"


def day_reader(*, is_1904: bool) -> Reader:
    """Give the reader of days of one workbook.

    Args:
        is_1904: whether its serial numbers count from 1904, as those of old Macintosh workbooks do.
    """
    epoch = _EPOCH_1904 if is_1904 else _EPOCH_1900
    return lambda text: _day(text, epoch)


def _day(text: str, epoch: date) -> str:
    plain = text.removeprefix("'").strip()
    if _ONLY_DIGITS_AND_O.fullmatch(plain):
        plain = plain.translate(_LETTER_O)
    try:
        if found := _ISO.fullmatch(plain):
            return _iso(found.group(1), found.group(2), found.group(3))
        if found := _FRENCH.fullmatch(plain):
            return _iso(found.group(3), found.group(2), found.group(1))
        if found := _SERIAL.fullmatch(plain):
            return (epoch + timedelta(days=int(found.group(1)))).isoformat()
        if (found := _WORDS.fullmatch(key(plain))) and found.group(2) in _MONTHS:
            return _iso(found.group(3), str(_MONTHS[found.group(2)]), found.group(1))
    except ValueError:
        pass
    return unread(text)


def _iso(year: str, month: str, day: str) -> str:
    return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()


def instant_reader(zone: ZoneInfo) -> Reader:
    """Give the reader of instants of one source, as UTC: `2026-03-02T13:05:00`.

    Args:
        zone: what a time without offset is in. In the repeated hour of October it is the first occurrence.
    """
    return lambda text: _instant(text, zone)


def _instant(text: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(_iso_of_french(text))
    except ValueError:
        return unread(text)
    if len(text) < len("2/3/26 1:05") or ":" not in text:  # a day alone is no instant
        return unread(text)
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        return local.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    except OverflowError:
        return unread(text)


def _iso_of_french(text: str) -> str:
    if _YEAR_FIRST.match(text):
        return text
    day, _, rest = text.partition(" ")
    found = _FRENCH.fullmatch(day)
    hour_, _, others = rest.partition(":")
    if not found or not others:
        raise ValueError(text)
    return f"{_iso(found.group(3), found.group(2), found.group(1))}T{hour_.zfill(2)}:{others}"
