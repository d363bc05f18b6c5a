"""A tariff in French words, generated from the resolved tables and never typed beside them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from etl.model.codes import MODE_NAMES, PRESTATION_NAMES, PRESTATIONS, QUALITE_NAMES
from etl.model.money import MINUS, NARROW, euros

Tables = dict[str, list[dict[str, Any]]]
TextRow = dict[str, str]
NOT_PRICED = "non prévue"
_UNLIMITED = "sans plafond"
_CAP_PER = {"saisine": "par saisine", "beneficiaire_annee": "par bénéficiaire et par année civile"}


def schedule(tables: Tables, convention: str, start: date, end: date) -> list[TextRow]:
    """Describe the prices of a convention over some days.

    Args:
        tables: as `tariff.resolve` gives them.
        convention: its code.
        start: first day.
        end: the day after the last.

    Returns:
        A row for each prestation and each time its terms hold: prestation, prix, plafond, majorations, clause, du, au
        (days included, empty for no end). Periods that change nothing for a prestation are joined.
    """
    wanted = _periods(tables, convention, start, end)
    by_prestation = [[_price_row(tables, period, code) for period in wanted] for code in PRESTATIONS]
    return [row for rows in by_prestation for row in _joined(rows)]


def terms(tables: Tables, convention: str, start: date, end: date) -> list[TextRow]:
    """Describe what is not a price: beneficiaries, ceiling, delays. Rows: regle, valeur, du, au."""
    wanted = _periods(tables, convention, start, end)
    by_rule = [[_term_row(rule, value, period) for period in wanted] for rule, value in _terms(tables)]
    return [row for rows in by_rule for row in _joined(rows)]


def percent(pct_e4: int) -> str:
    """Write a rate: 125000 → ``+12,5 %``."""
    whole, rest = divmod(abs(pct_e4), 10_000)
    decimals = f"{rest:04d}".rstrip("0")
    sign = MINUS if pct_e4 < 0 else "+"
    return f"{sign}{whole}{',' if decimals else ''}{decimals}{NARROW}%"


def french_day(day: date | None) -> str:
    """Write a day as ``15/02/2026``, nothing for None."""
    return f"{day:%d/%m/%Y}" if day else ""


def _periods(tables: Tables, convention: str, start: date, end: date) -> list[dict[str, Any]]:
    own = [row for row in tables["tariff"] if row["convention"] == convention]
    return [row for row in own if row["valid_from"] < end and (row["valid_to"] is None or row["valid_to"] > start)]


def _of(tables: Tables, name: str, period: dict[str, Any]) -> list[dict[str, Any]]:
    place = (period["convention"], period["valid_from"])
    return [row for row in tables[name] if (row["convention"], row["valid_from"]) == place]


def _days(period: dict[str, Any]) -> TextRow:
    last = period["valid_to"] and period["valid_to"] - timedelta(days=1)
    return {"du": french_day(period["valid_from"]), "au": french_day(last)}


def _price_row(tables: Tables, period: dict[str, Any], prestation: str) -> TextRow:
    tiers = [row for row in _of(tables, "tariff_price", period) if row["prestation"] == prestation]
    uplifts = [row for row in _of(tables, "tariff_uplift", period) if row["prestation"] == prestation]
    return {
        "prestation": f"{prestation} – {PRESTATION_NAMES[prestation]}",
        "prix": " ; ".join(map(_tier, tiers)) or NOT_PRICED,
        "plafond": _cap(tiers[0]) if tiers else "",
        "majorations": " ; ".join(map(_uplift, uplifts)) if tiers else "",
        "clause": tiers[0]["clause"] if tiers else "",
        **_days(period),
    }


def _tier(row: dict[str, Any]) -> str:
    price, first, last = euros(row["amount_cents"]), row["rank_from"], row["rank_to"]
    if last is None:
        return price if first == 1 else f"à partir du {_rank(first)} : {price}"
    return f"{_rank(first)} : {price}" if first == last else f"du {_rank(first)} au {_rank(last)} : {price}"


def _rank(number: int) -> str:
    return "1er" if number == 1 else f"{number}e"


def _cap(row: dict[str, Any]) -> str:
    return _UNLIMITED if row["cap_count"] is None else f"{row['cap_count']} {_CAP_PER[row['cap_per']]}"


def _uplift(row: dict[str, Any]) -> str:
    when = {
        "urgence": "urgence",
        "outre_mer": "outre-mer",
        "mode": MODE_NAMES.get(row["value"], ""),
        "qualite": f"qualité : {QUALITE_NAMES.get(row['value'], '')}",
    }
    return f"{row['code']} {percent(row['pct_e4'])} ({when[row['kind']]})"


def _terms(tables: Tables) -> Iterator[tuple[str, Callable[[dict[str, Any]], str]]]:
    yield (
        "Bénéficiaires",
        lambda p: ", ".join(QUALITE_NAMES[row["qualite"]] for row in _of(tables, "tariff_beneficiary", p)),
    )
    yield "Plafond par saisine", _ceiling
    yield "Arrêté", lambda p: _count(p["arrete_jours"], "jour", "après la fin du trimestre")
    yield "Premier contact", lambda p: _count(p["premier_contact_jours"], "jour ouvré", "après la saisine")
    yield "Forclusion", lambda p: _count(p["forclusion_mois"], "mois", "après l’acte")
    yield "Tentatives pour une carence", lambda p: _count(p["tentatives_min"], "tentative", "au moins")


def _ceiling(period: dict[str, Any]) -> str:
    cents = period["plafond_saisine_cents"]
    return _UNLIMITED if cents is None else euros(cents)


def _count(number: int | None, unit: str, after: str) -> str:
    if number is None:
        return "non prévu"
    plural = unit if number < 2 else " ".join(word if word.endswith("s") else f"{word}s" for word in unit.split())
    return f"{number} {plural} {after}"


def _term_row(rule: str, value: Callable[[dict[str, Any]], str], period: dict[str, Any]) -> TextRow:
    return {"regle": rule, "valeur": value(period) or "non prévu", **_days(period)}


def _joined(rows: list[TextRow]) -> Iterator[TextRow]:
    """Join neighbours that say the same, from the first day of the first to the last of the last."""
    for _, same in groupby(rows, lambda row: {k: v for k, v in row.items() if k not in {"du", "au"}}):
        run = list(same)
        yield {**run[0], "au": run[-1]["au"]}
