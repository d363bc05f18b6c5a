"""Text as the contract compares it (inputs.md, first lines)."""

import unicodedata
from difflib import get_close_matches

# N° is also typed with the masculine ordinal, which NFKC would turn into the letter o.
_BEFORE_NFKC = str.maketrans({"º": "°", "ª": " ", "№": "N°"})
# Invisible when printed and met in files copied from web pages: they must not make two equal words differ.
_INVISIBLE = "Cf"
_CONTROL = "Cc"


def normalise(value: str) -> str:
    """Give the text that is stored and compared.

    Args:
        value: any text read from outside.

    Returns:
        NFKC form, every kind of space (no-break, thin, narrow, tab, line break) as one plain space, ends trimmed;
        control and format characters, which nobody sees, are gone.
    """
    if value.isascii() and value.isprintable():
        return " ".join(value.split()) if " " in value else value
    folded = unicodedata.normalize("NFKC", value.translate(_BEFORE_NFKC))
    return " ".join("".join(map(_visible, folded)).split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == _INVISIBLE:
        return ""
    return " " if category == _CONTROL else character


def key(value: str) -> str:
    """Give the form under which headers and coded values are matched.

    Args:
        value: a header or a coded value as written.

    Returns:
        Lower case, without accents, punctuation or line breaks, words apart by one space:
        ``N° de saisine`` and ``n de saisine`` are equal, so are ``pris_en_charge`` and ``Pris en charge``.
    """
    bare = unicodedata.normalize("NFKD", normalise(value).casefold().replace("œ", "oe").replace("æ", "ae"))
    kept = (c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def near(value: object, allowed: tuple[str, ...]) -> str:
    """Suggest the closest allowed word, or nothing."""
    found = get_close_matches(value.lower(), [a.lower() for a in allowed], 1, 0.7) if isinstance(value, str) else []
    return "".join(f" (voulait-on écrire {a} ?)" for a in allowed if found and a.lower() == found[0])
