"""What a convention file must respect beyond the form of each value (inputs.md §4), one function a rule.

Rules look at the data as written, not as validated, so that all that is wrong is said at once: where a value has not
its form, which another sentence says, a rule passes over it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import combinations, pairwise
from typing import Any, TypeVar

from etl.model import convention_values as values
from etl.model.yaml_source import Place, Value

Finding = tuple[Place, str]
Rule = Callable[[dict[str, Value]], Iterable[Finding]]
T = TypeVar("T")
FAR = date.max
_MAY_BE_EMPTY = "au"
_MAY_BE_NONE = ("lignes", "majorations")


def maybe(read: Callable[[object], T], value: object) -> T | None:
    """Read a value, or None where it has not its form."""
    try:
        return read(value)
    except ValueError:
        return None


def blocks(data: object, name: str) -> list[tuple[int, dict[str, Any]]]:
    """Give the well formed blocks of a list, with their places."""
    found = data.get(name) if isinstance(data, dict) else None
    return [(n, block) for n, block in enumerate(found) if isinstance(block, dict)] if isinstance(found, list) else []


def block(data: object, name: str) -> dict[str, Any]:
    """Give a block of keys, empty where there is none."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def keys_without_value(data: Value, path: Place = ()) -> Iterator[Finding]:
    """A key has a value; only `au` may be null, for no end."""
    if data is None and path and path[-1] != _MAY_BE_EMPTY:
        yield path, "clé sans valeur ; l’écrire, ou retirer la ligne."
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from keys_without_value(value, (*path, step))


def lists_with_nothing_or_twice(data: Value, path: Place = ()) -> Iterator[Finding]:
    """A list says something, but where none changes nothing, and each plain thing once."""
    if isinstance(data, list) and not data and path and path[-1] not in _MAY_BE_NONE:
        yield path, "liste vide ; y écrire ce qui est attendu, ou retirer la clé."
    if isinstance(data, list):
        plain = [value for value in data if isinstance(value, str)]
        for twice in sorted({value for value in plain if plain.count(value) > 1}):
            yield path, f"« {twice} » est écrit deux fois ; ne le garder qu’une."
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from lists_with_nothing_or_twice(value, (*path, step))


def two_versions_of_one_day(data: dict[str, Value]) -> Iterator[Finding]:
    """Two versions of one file do not begin on the same day: which replaces the other would be chance."""
    seen: set[date] = set()
    for n, version in blocks(data, "versions"):
        day = maybe(values.read_day, version.get("du"))
        if day in seen:
            yield ("versions", n, "du"), f"deux versions au {day} ; les réunir, ou corriger l’une des dates."
        seen |= {day} if day else set()


def period_backwards(data: dict[str, Value]) -> Iterator[Finding]:
    """A period, of the convention or of a line, ends on or after its first day; what goes on after an end is said."""
    for path, period in [
        (("periode",), block(data, "periode")),
        *((("lignes", n), b) for n, b in blocks(data, "lignes")),
    ]:
        start, end = maybe(values.read_day, period.get("du")), maybe(values.read_day, period.get("au"))
        if start and end and end < start:
            yield (*path, "au"), f"la fin ({end}) précède le début ({start}) ; corriger l’une des dates."
    if block(data, "periode").get("au") is not None and "suite_mois" not in block(data, "periode"):
        yield (
            ("periode",),
            "suite_mois absent : combien de mois les entretiens se poursuivent après la fin.",
        )


def hours_backwards(data: dict[str, Value]) -> Iterator[Finding]:
    """A line closes after it opens, the same day."""
    for n, line in blocks(data, "lignes"):
        opens, closes = maybe(values.read_hour, line.get("de")), maybe(values.read_hour, line.get("a"))
        if opens and closes and closes <= opens:
            yield (
                ("lignes", n, "a"),
                f"la fermeture ({closes}) doit suivre l’ouverture ({opens}) ; les corriger.",
            )


def overlapping_lines(data: dict[str, Value]) -> Iterator[Finding]:
    """Two lines of one convention do not hold the same number at the same time (days and hours)."""
    lines = [(n, line) for n, block in blocks(data, "lignes") if (line := _line(block))]
    for (m, one), (n, other) in combinations(lines, 2):
        if one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2] and one[3] < other[4] and other[3] < one[4]:
            yield ("lignes", n), f"même numéro aux mêmes dates que la ligne {m + 1} de la liste ; terminer l’une (au:)."


def _line(block: dict[str, Any]) -> tuple[str, date, date, str, str] | None:
    number, start = maybe(values.read_phone, block.get("numero")), maybe(values.read_day, block.get("du"))
    opens, closes = maybe(values.read_hour, block.get("de")), maybe(values.read_hour, block.get("a"))
    end = FAR if block.get("au") is None else maybe(values.read_day, block["au"])
    return (number, start, end, opens, closes) if number and start and end and opens and closes else None


def envelope_closed_too_soon(data: dict[str, Value]) -> Iterator[Finding]:
    """An envelope closes after its civil year has begun."""
    for year, envelope in block(data, "enveloppes").items():
        day = maybe(values.read_day, envelope.get("clos_le")) if isinstance(envelope, dict) else None
        if day and str(day.year) < year:
            yield ("enveloppes", year, "clos_le"), f"l’enveloppe {year} ne peut être close avant le 1er janvier {year}."


def _prices(data: dict[str, Value]) -> Iterator[tuple[Place, dict[str, Any]]]:
    for n, version in blocks(data, "versions"):
        for code, price in block(version, "prestations").items():
            if isinstance(price, dict):
                yield ("versions", n, "prestations", code), price


def price_or_tiers(data: dict[str, Value]) -> Iterator[Finding]:
    """A prestation has one amount, or tiers: not both, not neither."""
    for path, price in _prices(data):
        if ("montant" in price) == ("paliers" in price):
            wrong = "montant et paliers à la fois" if "montant" in price else "ni montant ni paliers"
            yield path, f"{wrong} ; écrire l’un des deux."


def tiers_in_order(data: dict[str, Value]) -> Iterator[Finding]:
    """Tiers end at growing ranks; the last, and only it, has no end."""
    for path, price in _prices(data):
        tiers, here = blocks(price, "paliers"), (*path, "paliers")
        for n, tier in tiers:
            if ("jusqu_a" in tier) == (n == tiers[-1][0]):
                wrong = "le dernier palier n’a pas de jusqu_a" if "jusqu_a" in tier else "jusqu_a absent"
                yield (*here, n), f"{wrong} ; seul le dernier palier est sans fin."
        for (_, one), (n, other) in pairwise(tiers):
            first, second = maybe(values.read_rank, one.get("jusqu_a")), maybe(values.read_rank, other.get("jusqu_a"))
            if first and second and second <= first:
                yield (
                    (*here, n, "jusqu_a"),
                    f"{second} ne dépasse pas le palier d’avant ({first}) ; les ordonner.",
                )


def one_uplift_a_code(data: dict[str, Value]) -> Iterator[Finding]:
    """A version names an uplift's code once."""
    for v, version in blocks(data, "versions"):
        seen: set[str] = set()
        for n, uplift in blocks(version, "majorations"):
            code = maybe(values.read_text, uplift.get("code"))
            if code in seen:
                yield ("versions", v, "majorations", n, "code"), f"« {code} » est écrit deux fois dans cette version."
            seen |= {code} if code else set()


RULES: tuple[Rule, ...] = (
    keys_without_value,
    lists_with_nothing_or_twice,
    two_versions_of_one_day,
    period_backwards,
    hours_backwards,
    overlapping_lines,
    envelope_closed_too_soon,
    price_or_tiers,
    tiers_in_order,
    one_uplift_a_code,
)
