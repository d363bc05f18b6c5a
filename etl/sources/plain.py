"""The plain forms of cells, recognised over whole columns at once: what systems write, as against what people type.

The readers of `cells` say what is accepted and what it becomes. A recogniser knows a part of that, the part that nearly
every cell of a large journal is made of, and gives what the reader would give; a property test holds them together. What
it does not know it leaves blank, for the reader.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from etl.sources.cells import Recogniser
from etl.sources.columns import Column, Kind
from etl.sources.texts import Cells, arrayed_if_long

if TYPE_CHECKING:
    import numpy
    import pyarrow as pa

# Which of the texts have a form whose reader changes nothing; or what it makes of each, null where it is not known.
Form = Callable[["pa.StringArray"], "pa.BooleanArray | pa.StringArray"]

# Words of visible ASCII, one space between two, with a letter or a digit: nothing to normalise, and not a dash for nothing.
_WORDS = r"^[!-~]*[0-9A-Za-z][!-~]*(?: [!-~]+)*$"
# Of visible ASCII, with a digit; what begins with e may be a failed formula.
_IDENTIFIER = r"^(?:[0-9][ -~]*|[A-DF-Za-df-z][ -~]*[0-9][ -~]*)$"
_CANONICAL = r"^FV[0-9]{2}-[0-9]{6}-[0-9A-Z]$"
# With an offset, on a day that every year has.
_INSTANT = (
    r"^20[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:0[0-9]|1[01]):[0-5][0-9])$"
)
LENGTH = 13  # of FV26-000123-W, whose check character is the last
DIGITS = (2, 3, *range(5, 11))
AFTER_FV = 13  # what MOD 37,36 has come to after both letters


def recogniser_of(column: Column) -> Recogniser | None:
    """The recogniser of a column; None where its cells are few texts, or something is made of them first."""
    if column.motif or column.vaut or column.valeurs or column.prefixe or column.illisible == "vide":
        return None
    forms = {Kind.IDENTIFIER: words, Kind.WRITTEN: words, Kind.INSTANT: instants, Kind.REFERENCE: references}
    form = forms.get(column.nature)
    return partial(_known, form) if form else None


def _known(form: Form, texts: pa.StringArray) -> pa.StringArray:
    """What those of these texts that have a form are read as."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = form(texts)
    return pc.if_else(found, texts, None) if pa.types.is_boolean(found.type) else found


def unusual(cells: Cells) -> set[Any]:
    """The distinct cells of a column, but for those, in a long one, that are plain identifiers."""
    texts = arrayed_if_long(cells)
    if isinstance(texts, list):
        return set(texts)
    import pyarrow.compute as pc

    is_plain = pc.and_not(
        pc.match_substring_regex(texts, _IDENTIFIER), pc.match_substring(texts, "tota", ignore_case=True)
    )
    return set(texts.filter(pc.invert(is_plain)).to_pylist())


def words(texts: pa.StringArray) -> pa.BooleanArray:
    """Identifiers, and references as people write them."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(texts, _WORDS)


def instants(texts: pa.StringArray) -> pa.StringArray:
    """Instants with an offset, as UTC."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.if_else(pc.match_substring_regex(texts, _INSTANT), texts, pa.scalar(None, pa.string()))
    moments = plain.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("s")).cast(pa.string())
    return pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(moments, 0, 10), pc.utf8_slice_codeunits(moments, 11, 19), "T"
    )


def references(texts: pa.StringArray) -> pa.BooleanArray:
    """References in their canonical form, whose check character is right."""
    import numpy
    import pyarrow as pa
    import pyarrow.compute as pc

    is_canonical = pc.match_substring_regex(texts, _CANONICAL).to_numpy(zero_copy_only=False)
    is_right = numpy.zeros(len(texts), bool)
    is_right[is_canonical] = _checked(texts.filter(pa.array(is_canonical)))
    return pa.array(is_right)


def _checked(canonical: pa.StringArray) -> numpy.ndarray[Any, Any]:
    """Whether the check character of each of these references is that of ISO 7064 MOD 37,36."""
    import numpy

    codes = numpy.frombuffer("".join(canonical.to_pylist()).encode(), "uint8").astype("int64").reshape(-1, LENGTH)
    left = numpy.full(len(codes), AFTER_FV)
    for place in DIGITS:
        left = ((left + codes[:, place] - ord("0") - 1) % 36 + 1) * 2 % 37
    given = codes[:, -1]
    return (37 - left) % 36 == given - numpy.where(given > ord("9"), ord("A") - 10, ord("0"))  # type: ignore[no-any-return]
