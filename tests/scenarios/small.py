"""A clean world, as small as it gets: each scenario changes one or two things in it.

One convention, two associations, a journal with a row every day of the quarter, one saisine and its fiche with one session.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from etl.model.reference import make
from tests.reference.engine import draft

Row = dict[str, Any]
Tables = dict[str, list[Row]]
QUARTER, CUTOFF = "2026-T1", "2026-04-15"
REFERENCE, OTHER = make(26, 123), make(26, 456)
LINE, OTHER_LINE, NO_LINE = "+33180523384", "+33199008442", "+33199000000"
SINCE = date(2023, 1, 1)
PRICES = {"PEC": 9000, "CAR": 2500, "REO": 2500, "PSY": 5000, "JUR": 4500, "SOC": 4500}


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def world(*, silent: date | None = None, **tables: list[Row]) -> Tables:
    """The clean world with some tables replaced; on the day `silent` no other call fills the journal."""
    clean: Tables = {
        "contact": [contact()],
        "fiche": [fiche()],
        "session": [session()],
        "association": [association(), association("A2")],
        "convention": [convention()],
        "convention_line": [line()],
        "tariff": [tariff()],
        "tariff_beneficiary": [
            {"convention": "CALAE", "valid_from": SINCE, "qualite": qualite} for qualite in ("elu", "proche")
        ],
        "tariff_price": [
            {"convention": "CALAE", "valid_from": SINCE, "prestation": code, "rank_from": 1, "amount_cents": cents}
            for code, cents in PRICES.items()
        ],
    }
    empty = ("tariff_uplift", "envelope", "decision", "decision_basis", "stated", "takeover", "carried", "holiday")
    made = {name: [] for name in (*empty, "payee_check")} | clean | tables
    return made | {"contact": made["contact"] + other_calls(silent)}


def found(tables: Tables) -> dict[str, str]:
    """The codes that the engine raises in the quarter, each with its severity."""
    raised: dict[str, str] = {}
    for row in draft(tables, QUARTER, CUTOFF)["discrepancies"]:
        assert raised.setdefault(row["code"], row["severity"]) == row["severity"]
    return raised


def other_calls(silent: date | None) -> list[Row]:
    days = [day(1, 1) + timedelta(n) for n in range(90)]
    return [contact(on, reference=None, id_appel=f"other {on}") for on in days if on != silent]


def contact(on: date = day(1, 5), hour: str = "10:00", **other: Any) -> Row:
    begun = datetime.combine(on, time.fromisoformat(hour))
    row = {
        "id_appel": f"call {on} {other.get('reference', REFERENCE)}",
        "debut_at": begun - timedelta(hours=1),
        "debut_on": on,
        "debut_time": f"{hour}:00",
        "duree_s": 600,
        "numero_appele": LINE,
        "suite": "saisine",
        "reference": REFERENCE,
        "convention": "CALAE",
        "association": "A1",
        "qualite": "elu",
        "departement": "75",
        "urgence": False,
        "received_on": day(4, 1),
        "sha256": "0",
        "row_number": 2,
    }
    return row | other


def fiche(number: int = 1, **other: Any) -> Row:
    row = {
        "fiche_id": number,
        "fiche_group_id": number,
        "row_number": number,
        "layout": "classeur",
        "association": "A1",
        "written": REFERENCE,
        "version": 1,
        "date_saisine": day(1, 5),
        "convention": "CALAE",
        "qualite": "elu",
        "tentatives": 1,
        "date_premier_contact": day(1, 6),
        "issue": "pris_en_charge",
        "received_on": day(4, 2),
    }
    return row | other


def session(on: date = day(1, 8), number: int = 1, **other: Any) -> Row:
    """A session of the fiche `number`."""
    row = {"fiche_group_id": number, "row_number": 1, "day": on, "nature": "psy", "mode": "presentiel"}
    return row | {"statut": "honore"} | other


def association(code: str = "A1", **other: Any) -> Row:
    return {"code": code, "nom": code, "departement": "75", "active_du": SINCE} | other


def convention(code: str = "CALAE", **other: Any) -> Row:
    return {"code": code, "priorite": 10, "du": SINCE} | other


def line(code: str = "CALAE", numero: str = LINE) -> Row:
    return {"convention": code, "numero": numero, "du": SINCE, "de": "09:00", "a": "21:00"}


def tariff(**other: Any) -> Row:
    row = {
        "convention": "CALAE",
        "valid_from": SINCE,
        "clause": "art. 1",
        "arrete_jours": 15,
        "premier_contact_jours": 5,
        "forclusion_mois": 12,
        "tentatives_min": 2,
    }
    return row | other


def envelope(cents: int) -> Row:
    return {"convention": "CALAE", "year": 2026, "amount_cents": cents, "closes_on": date(2027, 5, 31)}


def decision(number: int, kind: str, **other: Any) -> Row:
    return {"decision_id": number, "kind": kind, "reference": REFERENCE} | other


def stated(on: date = day(1, 8), **other: Any) -> Row:
    row = {
        "convention": "CALAE",
        "reference": REFERENCE,
        "association": "A1",
        "prestation": "PSY",
        "act_date": on,
        "nth": 1,
        "amount_cents": 5000,
        "taken_back": False,
        "undated": False,
        "qualite": "elu",
        "statement_number": "ER-CALAE-2025-T4-0001",
        "statement_order": 1,
    }
    return row | other
