"""CSV as rows of text: the encodings, the separators and the accidents of what people export."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from etl.model.errors import SaisinesError
from etl.sources.workbook import Sheet

SEPARATORS = (";", ",", "\t")
SHEET_NAME = "CSV"
MAX_CELL = 1 << 17
HEAD_LINES = 80

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


def read_csv(text: str, separator: str, name: str) -> Sheet:
    """Split a text into rows. Row numbers are those a spreadsheet shows, not those of lines.

    Raises:
        SaisinesError: a quote is opened and never closed, which would swallow the rows that follow.
    """
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
