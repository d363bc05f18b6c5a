"""References that somebody may have meant: what one repair of rules §2 reaches from what they wrote."""

from __future__ import annotations

from collections.abc import Iterator

from etl.model.reference import LENGTH, compact, parse

CONFUSED = str.maketrans("OILSBZ", "011582")  # letters read as digits
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def near(written: str) -> list[str]:
    """Well-formed references, compact and sorted, that one repair reaches from a text; the text itself is not one."""
    text = compact(written)
    if not 0 < len(text) <= LENGTH + 1:
        return []
    reached = {*_edits(text), *_readings(text)} - {text}
    return sorted(one for one in reached if len(one) == LENGTH and parse(one))


def _edits(text: str) -> Iterator[str]:
    """One substitution, deletion, insertion or exchange of neighbours."""
    for place in range(len(text) + 1):
        left, right = text[:place], text[place:]
        yield from (left + character + right for character in ALPHABET)
        if right:
            yield left + right[1:]
            yield from (left + character + right[1:] for character in ALPHABET)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]


def _readings(text: str) -> Iterator[str]:
    """Letters read as digits; the missing prefix, or zeros at the left of the serial, put back."""
    yield text[:2] + text[2:10].translate(CONFUSED) + text[10:]
    rest = text.removeprefix("FV")
    if len(rest) > 3:
        yield "FV" + rest[:2] + rest[2:-1].zfill(6) + rest[-1]
