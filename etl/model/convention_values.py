"""The values a convention file holds, each read strictly and refused with its remedy (inputs.md §4).

Readers take what `yaml_source` gives and raise ValueError with a French sentence; pydantic gathers them.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from etl.model import codes, money
from etl.model.phone import e164
from etl.model.text import key, near, normalise
from etl.model.yaml_source import Number

UNLIMITED = "illimite"
_RATE = re.compile(r"([+-]?)([0-9]{1,4})(?:[.,]([0-9]{1,4}))? ?%")
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
_ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Z]{0,17}")
# A year outside these bounds is a slip of the keyboard: no convention is that old, no period that long.
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
_MOST = 100_000


def shown(value: object) -> str:
    """Show a value as it was written, for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "une liste"
    return "un bloc de clés" if isinstance(value, dict) else "rien" if value is None else f"« {value} »"


def read_text(value: object) -> str:
    """Read a text that is not empty. A number is refused: identifiers such as 0180523384 would lose their zeros."""
    if isinstance(value, int | Number | date) and not isinstance(value, bool):
        raise ValueError(f'texte attendu entre guillemets ; écrire "{value}" au lieu de {value}.')
    if not isinstance(value, str) or not normalise(value):
        raise ValueError(f"texte attendu, et non {shown(value)}.")
    return normalise(value)


def read_cents(value: object) -> int:
    """Read a quoted amount in euros; gives cents."""
    if isinstance(value, int | Number) and not isinstance(value, bool):
        raise ValueError(f"montant attendu entre guillemets ; écrire {_quoted_amount(str(value))} au lieu de {value}.")
    if not isinstance(value, str):
        raise ValueError(f'montant attendu entre guillemets, par exemple "55.00", et non {shown(value)}.')
    if value.startswith("-"):
        raise ValueError(f"montant négatif « {value} » ; un montant est nul ou positif.")
    try:
        return money.cents(value)
    except ValueError:
        raise ValueError(
            f'montant « {value} » non reconnu ; chiffres, point et deux décimales, par exemple "55.00".'
        ) from None


def _quoted_amount(written: str) -> str:
    try:
        amount = money.cents(written.replace("_", ""))
    except ValueError:
        return 'par exemple "55.00"'
    return f'"{amount // 100}.{amount % 100:02d}"' if amount >= 0 else 'par exemple "55.00"'


def read_ceiling(value: object) -> int | None:
    """Read `illimite` (None) or a quoted amount (cents)."""
    if isinstance(value, str) and key(value) == UNLIMITED:
        return None
    if isinstance(value, str) and not re.search(r"[0-9]", value):
        raise ValueError(f'« {value} » non reconnu ; écrire illimite, ou un montant entre guillemets comme "420.00".')
    return read_cents(value)


def read_rate(value: object) -> int:
    """Read a signed percentage; gives percent × 10 000."""
    if not isinstance(value, str):
        raise ValueError(f'pourcentage attendu entre guillemets, par exemple "+15%", et non {shown(value)}.')
    match = _RATE.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'pourcentage « {value} » non reconnu ; écrire par exemple "+15%" ou "-12.5%".')
    sign, whole, decimals = match.groups()
    pct_e4 = int(whole) * 10_000 + int((decimals or "").ljust(4, "0"))
    if pct_e4 and not sign:
        raise ValueError(f'pourcentage « {value} » sans signe ; écrire "+{value}" ou "-{value}".')
    if sign == "-" and pct_e4 > 1_000_000:
        raise ValueError(f"pourcentage « {value} » ; une minoration ne dépasse pas -100%.")
    return -pct_e4 if sign == "-" else pct_e4


def read_day(value: object) -> date:
    """Read a civil date AAAA-MM-JJ."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else value
        except ValueError:
            raise ValueError(f"la date « {value} » n’existe pas dans le calendrier ; la corriger.") from None
    if not isinstance(value, date):
        raise ValueError(f"date attendue sous la forme AAAA-MM-JJ, par exemple 2026-02-15, et non {shown(value)}.")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"date {value} invraisemblable ; vérifier l’année.")
    return value


def read_whole(value: object) -> int:
    """Read a whole number, nought or more, written without quotes."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"nombre entier attendu, sans guillemets, par exemple 12, et non {shown(value)}.")
    if not 0 <= value <= _MOST:
        raise ValueError(f"nombre entier entre 0 et {_MOST} attendu, et non {value}.")
    return value


def read_rank(value: object) -> int:
    """Read a rank: a whole number from 1."""
    if read_whole(value) == 0:
        raise ValueError("le rang d’un palier est au moins 1.")
    return read_whole(value)


def read_flag(value: object) -> bool:
    """Read `oui` or `non`."""
    answer = key(value) if isinstance(value, str) else ""
    if answer not in {"oui", "non"}:
        raise ValueError(f"écrire oui ou non, et non {shown(value)}.")
    return answer == "oui"


def read_boolean(value: object) -> bool:
    """Read `true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError(f"écrire true ou false, et non {shown(value)}.")
    return value


def read_phone(value: object) -> str:
    """Read a quoted telephone number; gives E.164."""
    number = e164(read_text(value))
    if number is None:
        raise ValueError(f'numéro {shown(value)} non reconnu ; écrire par exemple "01 80 52 33 84".')
    return number


def read_hour(value: object) -> str:
    """Read `HH:MM`; 24:00 is the end of the day."""
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ValueError(f'heure attendue sous la forme "HH:MM", par exemple "09:00", et non {shown(value)}.')
    return value


def coded(what: str, allowed: tuple[str, ...]) -> Callable[[object], str]:
    """Make the reader of a closed list; values are matched as the contract matches coded values."""
    by_key = {key(code): code for code in allowed}

    def read(value: object) -> str:
        code = by_key.get(key(value)) if isinstance(value, str) else None
        if code is None:
            raise ValueError(f"{what} inconnu, {shown(value)} ; attendu : {', '.join(allowed)}{near(value, allowed)}.")
        return code

    return read


def read_prestation_key(value: object) -> str:
    """Read the code of a prestation used as a key: to the letter, so that two keys never mean the same."""
    if value not in codes.PRESTATIONS:
        allowed = ", ".join(codes.PRESTATIONS)
        raise ValueError(f"code de prestation inconnu ; attendu : {allowed}{near(value, codes.PRESTATIONS)}.")
    return str(value)


def shaped(what: str, pattern: re.Pattern[str], example: str) -> Callable[[object], str]:
    """Make the reader of a text of a fixed shape."""

    def read(value: object) -> str:
        text = read_text(value)
        if not pattern.fullmatch(text):
            raise ValueError(f"{what} « {text} » non reconnu ; par exemple {example}.")
        return text

    return read


Text = Annotated[str, BeforeValidator(read_text)]
Cents = Annotated[int, BeforeValidator(read_cents)]
Ceiling = Annotated[int | None, BeforeValidator(read_ceiling)]
Rate = Annotated[int, BeforeValidator(read_rate)]
Day = Annotated[date, BeforeValidator(read_day)]
Whole = Annotated[int, BeforeValidator(read_whole)]
Rank = Annotated[int, BeforeValidator(read_rank)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Boolean = Annotated[bool, BeforeValidator(read_boolean)]
Phone = Annotated[str, BeforeValidator(read_phone)]
Hour = Annotated[str, BeforeValidator(read_hour)]
Prestation = Annotated[str, BeforeValidator(coded("code de prestation", codes.PRESTATIONS))]
PrestationKey = Annotated[str, BeforeValidator(read_prestation_key)]
Qualite = Annotated[str, BeforeValidator(coded("code de qualité", codes.QUALITES))]
Code = Annotated[str, BeforeValidator(shaped("code", _CODE, "CALAE : des capitales, des chiffres, _"))]
Account = Annotated[str, BeforeValidator(shaped("compte", _ACCOUNT, '"6571"'))]
