"""Random decisions, most of them about what the last draft shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .choose import Choose
from .journal import REFERENCES
from .register import ASSOCIATIONS, CONVENTIONS, QUALITES, Row, Tables

FIELDS = ("reference", "association", "code", "written", "convention", "qualite", "new_association", "day")
NOT_ACCEPTED = {
    "UNKNOWN_CONVENTION", "UNKNOWN_ASSOCIATION", "TARIFF_GAP", "RIVAL_VERSIONS", "AMBIGUOUS_MATCH", "FICHE_WITHOUT_SAISINE",
    "FIRST_CONTACT_MISSING", "MISSING_FICHE", "LATE_CHANGE",
}  # fmt: skip
KINDS = ("accept",) * 10 + (
    "requalify", "requalify", "refuse", "dispute", "confirm_match", "confirm_match", "reject_match", "register_saisine", "withdraw", "withdraw",
)  # fmt: skip


def decide(choose: Choose, tables: Tables, found: list[Row], count: int, today: date) -> list[Row]:
    made: list[Row] = []
    for _ in range(count):
        kind = choose.one(KINDS)
        made_now = MAKERS[kind](choose, tables, found, today)
        if made_now is not None:
            number = 1 + len(tables["decision"]) + len(made)
            made.append(dict.fromkeys(FIELDS) | {"decision_id": number, "kind": kind} | made_now)
    return made


def accept(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any] | None:
    """Of what the draft shows, the holding and blocking rather than the informing."""
    able = [row for row in found if row["saisine"] and row["severity"] != "I" and row["code"] not in NOT_ACCEPTED]
    if not able:
        return None
    row = choose.one(able)
    return {"reference": row["saisine"], "code": row["code"]}


def requalify(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any]:
    what, values = choose.one((("convention", CONVENTIONS), ("qualite", QUALITES), ("new_association", ASSOCIATIONS)))
    return {"reference": some_reference(choose, tables), what: choose.one(values)}


def of_a_saisine(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any]:
    return {"reference": some_reference(choose, tables)}


def of_a_match(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any] | None:
    """Of the fiches without a saisine rather than of the others."""
    lost = [row for row in found if row["saisine"] is None and row.get("written")]
    rows = lost if lost and choose.chance(70) else tables["fiche"]
    if not rows:
        return None
    row = choose.one(rows)
    return {"reference": some_reference(choose, tables), "association": row["association"], "written": row["written"]}


def register_saisine(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any]:
    return {
        "reference": choose.one(REFERENCES), "day": today - timedelta(days=choose.one((0, 10, 30, 60, 100))),
        "association": choose.one(ASSOCIATIONS), "convention": choose.one((None, *CONVENTIONS)), "qualite": choose.one((None, *QUALITES)),
    }  # fmt: skip


def withdraw(choose: Choose, tables: Tables, found: list[Row], today: date) -> dict[str, Any] | None:
    made = [row for row in tables["decision"] if row["kind"] != "withdraw" and row["reference"]]
    if not made:
        return None
    row = choose.one(made)
    return {"reference": row["reference"], "code": row["code"] if row["kind"] == "accept" else row["kind"]}


def some_reference(choose: Choose, tables: Tables) -> str:
    return choose.one(tables["contact"])["reference"] if tables["contact"] else REFERENCES[0]


MAKERS = {
    "accept": accept, "requalify": requalify, "refuse": of_a_saisine, "dispute": of_a_saisine, "confirm_match": of_a_match,
    "reject_match": of_a_match, "register_saisine": register_saisine, "withdraw": withdraw,
}  # fmt: skip
