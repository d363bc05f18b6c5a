"""Small statements to finalise: drafts whose digest is made as simply as the tests need."""

import hashlib
import json
from datetime import date, timedelta

from etl.jobs.settlement.statement_life import Drafted
from etl.warehouse import drafts
from etl.warehouse.server import connect

from .conftest import AT


def line(
    saisine="FV26-000123-W", association="AAV001", prestation="PSY", act_date="2026-02-03", nth=1, cents=5500, **other
):
    row = {
        "saisine": saisine, "association": association, "prestation": prestation, "act_date": act_date, "nth": nth,
        "kind": "courant", "base_cents": 5500, "uplift_pct": 0, "amount_cents": cents,
        "tariff": "CALAE 2023-11-15, art. 4 (exemple)", "corrects": None,
    }  # fmt: skip
    return row | other


def statement(lines=(), quarter="2026-T1", convention="CALAE", cutoff="2026-04-15", carried=None, **other):
    """The data of outputs.md §2, its totals and digest right."""
    carried = carried or {}
    totals: dict[str, int] = dict.fromkeys(carried, 0)
    for one in lines:
        totals[one["association"]] = totals.get(one["association"], 0) + one["amount_cents"]
    payees = []
    for code, total in sorted(totals.items()):
        balance = total + carried.get(code, 0)
        payees.append({
            "code": code, "total_cents": total, "carried_in_cents": carried.get(code, 0),
            "payable_cents": max(balance, 0), "carried_out_cents": min(balance, 0),
        })  # fmt: skip
    made = {
        "convention": convention, "quarter": quarter, "cutoff": cutoff, "status": "brouillon", "number": None,
        "finalised_on": None, "parked": [], "currency": "EUR", "total_cents": sum(totals.values()),
        "associations": [], "payees": payees, "lines": list(lines), "discrepancies": [],
        "not_paid": [{"saisine": "FV26-000123-W", "association": "AAV001", "prestation": "PSY", "act_date": "2026-02-04",
                      "nth": 1, "reason": "CAP_EXCEEDED"}],
    } | other  # fmt: skip
    hidden = {name: value for name, value in made.items() if name not in {"status", "number", "digest", "finalised_on"}}
    return made | {"digest": hashlib.sha256(json.dumps(hidden, sort_keys=True).encode()).hexdigest()}


def drafted(made):
    return Drafted(made, [{"taken_back": False, "undated": False, "qualite": "elu"} for _ in made["lines"]])


def computing(made):
    """A `draft` that gives this statement, whatever the day."""
    return lambda engine, *asked: drafted(made)


def store(home, made, at=AT):
    """Keep a draft; gives what names it: quarter, convention, digest."""
    with connect(home) as engine, engine.begin() as connection:
        drafts.save_draft(connection, made, at)
    return made["quarter"], made["convention"], made["digest"]


def quarters(n, first=date(2020, 1, 1)):
    """The n quarters from that day on, as text."""
    days = [first + timedelta(days=92 * k) for k in range(n)]
    return [f"{day.year}-T{(day.month + 2) // 3}" for day in days]
