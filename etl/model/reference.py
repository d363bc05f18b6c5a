"""References of saisines: ``FV26-000123-W`` (rules.md §2)."""

import re

from stdnum.iso7064 import mod_37_36

from etl.model.text import normalise

_BODY = re.compile(r"FV[0-9]{8}")
_CANONICAL = re.compile(r"FV[0-9]{2}-[0-9]{6}-[0-9A-Z]")
_WRITTEN = re.compile(r"FV[0-9]{8}[0-9A-Z]")
LENGTH = 11


def check_character(body: str) -> str:
    """Compute the check character of a reference.

    Args:
        body: the ten characters ``FV26000123``.

    Returns:
        The ISO 7064 MOD 37,36 character, a digit or a capital. That system sees every single substitution and
        almost every exchange of neighbours; those it misses are listed in its tests.

    Raises:
        ValueError: the body is not ``FV`` and eight digits.
    """
    if not _BODY.fullmatch(body):
        raise ValueError(f"not the body of a reference: {body!r}")
    return str(mod_37_36.calc_check_digit(body))


def compact(text: str) -> str:
    """Strip what does not count when references are compared: case, spaces and punctuation."""
    return "".join(c for c in normalise(text).upper() if c.isalnum())


def format(characters: str) -> str:
    """Write eleven compact characters with the two dashes: ``FV26000123W`` → ``FV26-000123-W``."""
    return f"{characters[:4]}-{characters[4:10]}-{characters[10:]}"


def parse(text: str) -> str | None:
    """Read a reference as somebody wrote it.

    Returns:
        The canonical form if it is well formed and its check character is right, else None. Nothing is repaired.
    """
    characters = text.replace("-", "") if _CANONICAL.fullmatch(text) else compact(text)  # most are, in a journal
    if not _WRITTEN.fullmatch(characters) or check_character(characters[:10]) != characters[10]:
        return None
    return format(characters)


def make(year: int, serial: int) -> str:
    """Make the reference of a serial number.

    Args:
        year: four digits or the last two.
        serial: 0 to 999999.

    Raises:
        ValueError: the serial has more than six digits or is negative.
    """
    if not 0 <= serial <= 999_999:
        raise ValueError(f"serial out of six digits: {serial}")
    body = f"FV{year % 100:02d}{serial:06d}"
    return format(body + check_character(body))
