"""What leaves the server for a role that is shown less: built from what may be shown, so that a new field stays inside until it is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.web.whence import whence

Row = Mapping[str, Any]
Story = Mapping[str, Any]

LINE = ("association", "prestation", "nth", "kind", "base_cents", "uplift_pct", "amount_cents", "tariff", "corrects")


def for_finance(story: Story) -> dict[str, Any]:
    """A saisine as finance is shown it: references, associations, amounts; no qualité, département, nor day of a contact or session."""
    return {
        "reference": story["reference"],
        "convention": story["terms"]["convention"]["value"] if story["terms"] else None,
        "associations": [{"code": row["association"], "name": row["name"], "payee": row["payee"]} for row in story["seizures"]],
        "discrepancies": [
            {name: row[name] for name in ("code", "severity", "sentence", "association", "decision")}
            for row in story["discrepancies"]
        ],
        "decisions": [
            {name: row[name] for name in ("number", "kind", "code", "author", "decided_on", "state")}
            for row in story["decisions"]
        ],
        "acts": [_act(act) | {"source": whence(story, act)} for act in story["acts"]],
        "statements": [_statement(one) for one in story["stated"]["statements"]],
        "sum_cents": story["stated"]["sum_cents"],
        "next_cents": story["next"]["total_cents"],
        "blocked_by": story["next"]["blocked_by"],
    }  # fmt: skip


def _act(act: Row) -> dict[str, Any]:
    """An act by its code and amounts; uplifts as their sum, because one of them tells the qualité."""
    money = act["money"]
    return {
        "association": act["association"],
        "prestation": act["prestation"],
        "status": act["status"],
        "reasons": [{"code": row["code"], "sentence": row["sentence"]} for row in act["reasons"]],
        "stated": act["stated"],
        "money": money and {name: money[name] for name in ("base_cents", "pct_e4", "price_cents", "paid_cents", "clause")},
        "next": act["next"] and {name: act["next"][name] for name in ("kind", "amount_cents", "corrects")},
    }  # fmt: skip


def _statement(one: Row) -> dict[str, Any]:
    head = {name: one[name] for name in ("number", "convention", "quarter", "finalised_on", "total_cents")}
    return head | {"lines": [line(row) for row in one["lines"]]}


def line(row: Row) -> dict[str, Any]:
    """A line of a statement without the day of its act."""
    return {name: row[name] for name in LINE}


def finance_edition(statement: Row) -> dict[str, Any]:
    """A statement's data with every line and amount, without the day of any act nor the details of discrepancies.

    The digest stays that of the whole statement, which finance approves; `edition` says that this is not it.
    """
    undated = {name: [{**row, "act_date": None} for row in statement[name]] for name in ("lines", "not_paid")}
    found = [{**row, "detail": None} for row in statement["discrepancies"]]
    return {**statement, **undated, "discrepancies": found, "edition": "finance"}


def for_psychologist(story: Story) -> dict[str, Any]:
    """A saisine as the referent psychologist is shown it: who was asked for what and what was done; no amount, no tariff, no statement."""
    terms = story["terms"]
    return {
        "reference": story["reference"],
        "terms": terms and {
            "opened_on": terms["opened_on"], "urgent": terms["urgent"], "departement": terms["departement"],
            "qualite": terms["qualite"]["value"], "convention": terms["convention"]["value"],
        },
        "seizures": [{name: row[name] for name in ("association", "name", "from", "to")} for row in story["seizures"]],
        "fiches": [_told(fiche) for fiche in story["fiches"] if fiche["state"] in {"only", "counts"}],
    }  # fmt: skip


def _told(fiche: Row) -> dict[str, Any]:
    names = ("issue", "tentatives", "date_premier_contact", "date_cloture")
    return {
        "association": fiche["association"],
        "received_on": fiche["delivery"]["received_on"],
        **{name: fiche["content"][name] for name in names},
        "sessions": [
            {name: one[name] for name in ("day", "prestation", "mode", "statut")} for one in fiche["sessions"]
        ],
    }
