"""CSV as rows of text: the encodings, the separators and the accidents of what people export."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from etl.model.errors import SaisinesError
from etl.sources.texts import FEW, Lines, whole
from etl.sources.workbook import Sheet

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS = (";", ",", "\t")
SHEET_NAME = "CSV"
MAX_CELL = 1 << 17
HEAD_LINES = 80
LONG, LONGEST = 1 << 16, 1 << 29  # characters: below, rows are as fast; above, an array of Arrow may be too small
HEAD = 1 << 16  # characters, among which a line is as wide as any

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, name: str) -> str:
    """Decode a text file: by its byte order mark, else UTF-8, else Windows-1252.

    Raises:
        SaisinesError: it is none of these.
    """
    marked = next((encoding for mark, encoding in _MARKED if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\ufeff", "")  # two files joined end to end leave one in the middle
    raise SaisinesError(
        f"{name} : ni UTF-8 ni Windows-1252, ce n’est pas un CSV ; exportez-le de nouveau en CSV UTF-8."
    )


def read_csv(text: str, separator: str, name: str, *, as_they_are: bool = False) -> Sheet:
    """Split a text into rows. Row numbers are those a spreadsheet shows, not those of lines.

    Args:
        text: decoded.
        separator: of its cells.
        name: what people know the file by, for the message.
        as_they_are: whether it matters how many cells each row has; else short rows may be filled up.

    Raises:
        SaisinesError: a quote is opened and never closed, which would swallow the rows that follow.
    """
    lines = None if as_they_are else _lines_at_once(text, separator)
    if lines is not None:
        return Sheet(SHEET_NAME, lines)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_lines(text), delimiter=separator)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise _unclosed(name, len(rows) + 1) from error
    if rows and rows[-1] and "\n" in rows[-1][-1] and not text.rstrip("\r\n").endswith('"'):
        raise _unclosed(name, len(rows))
    return Sheet(SHEET_NAME, rows)


def _lines(text: str) -> Iterable[str]:
    """The lines of a text, with what ends them; `StringIO` would first write it again at four bytes a character."""
    return io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8", newline="")


def _lines_at_once(text: str, separator: str) -> Lines | None:
    """The rows of a long text without quotes, where each line is one; None when they must be looked at one by one."""
    plain = text.replace("\r\n", "\n")
    if not LONG < len(text) < LONGEST or '"' in text or "\r" in plain:
        return None
    width = 1 + max(line.count(separator) for line in plain[:HEAD].split("\n"))
    short: dict[int, list[str]] = {}

    def keep(row: Any) -> str:  # noqa: ANN401 - pyarrow's InvalidRow
        short[row.number - 1] = row.text.split(separator)
        return "skip" if row.actual_columns < width and len(short) < FEW else "error"

    columns = _columns(plain, separator, width, keep)
    return Lines([_put_back(column, place, short) for place, column in enumerate(columns)]) if columns else None


def _columns(text: str, separator: str, width: int, keep: Callable[[Any], str]) -> list[pa.ChunkedArray]:
    """The cells of all lines that have so many; none if a line is refused, or a cell is longer than one may be."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()),
            arrow_csv.ReadOptions(use_threads=False, column_names=names),  # by threads, rows have no numbers
            arrow_csv.ParseOptions(
                delimiter=separator, quote_char=False, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            arrow_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid:
        return []
    longest = max((pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns), default=0)
    return table.columns if longest < MAX_CELL else []


def _put_back(column: pa.ChunkedArray, place: int, short: Mapping[int, list[str]]) -> pa.StringArray:
    """One column with the cells of the lines that are shorter, each in its row."""
    import pyarrow as pa

    chunks, done = [], 0
    for before, (number, cells) in enumerate(sorted(short.items())):
        cell = cells[place] if place < len(cells) else ""
        chunks += [*column[done : number - before].chunks, pa.array([cell])]
        done = number - before
    return whole(pa.chunked_array([*chunks, *column[done:].chunks], pa.string()))


def _unclosed(name: str, row: int) -> SaisinesError:
    return SaisinesError(
        f"{name} : un guillemet ouvert à la ligne {row} n’est pas fermé ; corrigez cette ligne et renvoyez le fichier."
    )


def separator_of(text: str, score: Callable[[Sheet], int], separators: Sequence[str] = SEPARATORS) -> str:
    """Choose the separator under which the header is best recognised.

    Args:
        text: the whole text; only its beginning is tried.
        score: how many columns of the header are recognised in a sheet.
        separators: those the source may use, the likeliest first.
    """
    head = "".join(islice(_lines(text), HEAD_LINES))
    return max(separators, key=lambda each: score(_head(head, each)))


def _head(text: str, separator: str) -> Sheet:
    try:
        return Sheet(SHEET_NAME, list(csv.reader(_lines(text), delimiter=separator)))
    except csv.Error:
        return Sheet(SHEET_NAME, [])
