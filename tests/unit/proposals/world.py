"""A few saisines and fiches as the engine's tables, and what is proposed of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from etl.engine.proposals import Proposal, propose
from etl.engine.schema import table
from etl.model.reference import make

Row = dict[str, Any]
FIRST, RECEIVED = date(2026, 1, 5), date(2026, 4, 2)
PARAMETERS = {
    "quarter": "2026-T1",
    "quarter_start": date(2026, 1, 1),
    "quarter_end": date(2026, 4, 1),
    "cutoff": date(2026, 4, 15),
}
NEVER = 10**9
TWICE_WRONG = "FV26-009973-X"  # two slips from FV26-000973


def saisine(serial: int, day: int = 0, association: str = "AAV001", **told: Any) -> Row:
    """One row of the journal; `day` is counted from the first Monday of the year."""
    on = FIRST + timedelta(days=day)
    return {
        "contact_id": serial, "id_appel": f"A{serial}-{association}", "debut_at": datetime.combine(on, time(10)), "debut_on": on,
        "debut_time": "11:00:00", "suite": "saisine", "reference": make(26, serial), "convention": "CALAE",
        "association": association, "qualite": "elu", "departement": "75", "urgence": False, "received_on": RECEIVED,
        "sha256": "x", "row_number": serial,
    } | told  # fmt: skip


def fiche(number: int, written: str, association: str = "AAV001", **told: Any) -> Row:
    """One row of a classeur that tells nothing beside its reference, unless told."""
    return {
        "fiche_id": number, "delivery_id": number, "fiche_group_id": number, "sheet": "Saisines", "row_number": number,
        "layout": "classeur", "association": association, "written": written, "version": 1, "issue": "pris_en_charge",
        "received_on": RECEIVED,
    } | told  # fmt: skip


def decision(number: int, kind: str, written: str, serial: int, association: str = "AAV001") -> Row:
    return {
        "decision_id": number, "kind": kind, "written": written, "reference": make(26, serial), "association": association
    }  # fmt: skip


def tables(contacts: list[Row], fiches: list[Row], decisions: list[Row] = (), **others: list[Row]) -> dict[str, Any]:  # type: ignore[assignment]
    register = [{"code": f"AAV00{n}", "nom": "", "departement": "75"} for n in range(1, 4)]
    rows = {
        "association": register, "contact": contacts, "fiche": fiches, "decision": list(decisions), "parameters": [PARAMETERS]
    } | others  # fmt: skip
    return {name: table(name, content) for name, content in rows.items()}


def proposed(contacts: list[Row], fiches: list[Row], decisions: list[Row] = (), **others: list[Row]) -> list[Proposal]:  # type: ignore[assignment]
    return propose(tables(contacts, fiches, decisions, **others))
