"""Each act of a saisine: due or why not, with the arithmetic of its amount and what each cap left it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from etl.engine.reasons import sentences
from etl.jobs.story.facts import Facts, Row, key, order
from etl.jobs.story.money import money

SESSIONS = ("PSY", "JUR", "SOC")


def acts(facts: Facts) -> list[Row]:
    """The acts in order of date, each with its status.

    `due` in the next draft · `stated`, and nothing changes · `partly` paid · `not_paid` · `kept`, stated and no longer
    due · `taken_back` · `blocked` or `closed` with its saisine · `no_line`, its own condition fails.
    """
    live = [_act(facts, row) for row in facts.rows["act_reason"]]
    seen = {(row["convention"], *key(row)) for row in facts.rows["act_reason"]}
    stated = [_stated_act(facts, row) for row in facts.rows["fate"] if (row["convention"], *key(row)) not in seen]
    told = {key(row) for row in [*live, *stated]}
    waiting = [row for row in _waiting(facts) if key(row) not in told]
    return sorted([*live, *[row for row in stated if row], *waiting, *_failing(facts)], key=_order)


def _order(act: Row) -> tuple[Any, ...]:
    return (act["act_date"] is None, *order(act))


def _named(row: Row) -> Row:
    """What names an act; `nth` tells two sessions of one day apart."""
    names = ("prestation", "association", "act_date", "nth")
    return {name: row[name] for name in names} | {
        name: row.get(name) for name in ("heure", "mode", "undated", "convention")
    }


def _act(facts: Facts, row: Row) -> Row:
    """An act of a saisine neither blocked nor closed."""
    own = {
        "convention": row["convention"],
        **dict(zip(("association", "prestation", "act_date", "nth"), key(row), strict=True)),
    }
    paid, line, fate = facts.one("paid", **own), facts.one("line", **own), facts.one("fate", **own)
    reasons = [one["reason"] for one in facts.all("not_paid", **own)]
    stated = {"cents": fate["stated_cents"], "statement": fate["statement_number"]} if fate else None
    return {
        **_named(row),
        "status": _status(paid, line, fate, reasons),
        "reasons": [_reason(facts, row, code) for code in reasons],
        "money": money(facts, paid) if paid and paid["is_due"] else None,
        "stated": stated,
        "next": _next(line),
    }


def _status(paid: Row, line: Row, fate: Row, reasons: Iterable[str]) -> str:
    if fate.get("fate") in {"kept", "quiet"}:
        return "kept"
    if reasons:
        return "partly" if paid and paid["paid_cents"] else "not_paid"
    if line:
        return "taken_back" if line["taken_back"] else "due"
    return "stated" if fate and not fate["taken_back"] else "due"


def _next(line: Row) -> Row | None:
    """What the next draft says of an act."""
    names = ("kind", "amount_cents", "corrects", "taken_back")
    return {name: line[name] for name in names} if line else None


def _reason(facts: Facts, act: Row, code: str) -> Row:
    """Why an act is not paid: the code, its sentence, and what the case adds."""
    return {"code": code, "sentence": sentences()[code], **_more(facts, act, code)}


def _more(facts: Facts, act: Row, code: str) -> Row:
    place = {"root": act["root"], "prestation": act["prestation"]}
    if code == "TIME_BARRED":
        late = facts.one("late_act", **place, act_date=act["act_date"], nth=act["nth"])
        return {"received_on": late["received_on"], "barred_after": late["barred_after"]}
    if code in {"SESSION_COUNT_MISMATCH", "SESSIONS_UNDATED"}:
        number = facts.one("session_number", **place, code=code)
        return {"declared": number["declared"], "dated": number["written"], "payable": number["payable"]}
    if code == "SESSION_ELSEWHERE":
        return {"saisines": _elsewhere(facts, act)}
    if code == "DUPLICATE_SAISINE":
        return {"saisines": [row["detail"] for row in facts.all("discrepancy", code=code)]}
    return {}


def _elsewhere(facts: Facts, act: Row) -> list[str]:
    """The other saisines of the same person that tell the same session. Who the person is stays inside."""
    person = facts.case["beneficiaire"]
    others = facts.computed.rows("saisine_case", "beneficiaire", [person] if person else [])
    references = {row["saisine"]: row["reference"] for row in others if row["saisine"] != facts.saisine}
    told = facts.computed.rows("told_session", "saisine", references)
    stated = [row | {"day": row["act_date"]} for row in facts.computed.rows("stated_line", "saisine", references)]
    same = (act["root"], act["prestation"], act["act_date"])
    return sorted(
        {references[row["saisine"]] for row in told + stated if (row["root"], row["prestation"], row["day"]) == same}
    )


def _stated_act(facts: Facts, fate: Row) -> Row:
    """A stated line that is no act today: kept, taken back now or before."""
    own = {name: fate[name] for name in ("convention", "association", "prestation", "act_date", "nth")}
    status = {"taken_back": "taken_back", "gone": "taken_back", "due": "stated"}.get(fate["fate"], "kept")
    return {
        **_named(fate),
        "status": status,
        "reasons": [_reason(facts, fate, "STATED_ACT_DROPPED")] if fate["is_dropped"] else [],
        "money": None,
        "stated": {"cents": fate["stated_cents"], "statement": fate["statement_number"]},
        "next": _next(facts.one("line", **own)),
    }


def _waiting(facts: Facts) -> list[Row]:
    """The acts that a blocked or closed saisine would have: nothing is computed of them."""
    status = "blocked" if facts.rows["blocked"] else "closed" if facts.rows["closed"] else None
    if status is None:
        return []
    single = [(row, "PEC") for row in facts.rows["holder"] if row["is_due"]]
    single += [(row, "REO") for row in facts.rows["redirection"]]
    single += [(row, "CAR") for row in facts.rows["no_show"] if row["is_due"]]
    rows = [row | {"prestation": code, "nth": 1, "invalid_by": None, "surplus_by": None} for row, code in single]
    rows += [row | {"act_date": row["day"]} for row in facts.rows["session_judged"]]
    return [_bare(facts, row, "not_paid" if _said(row) else status, _said(row)) for row in rows]


def _said(row: Row) -> list[str]:
    """What its own fiche says against a session."""
    return [code for code in (row["invalid_by"] or row["surplus_by"],) if code]


def _failing(facts: Facts) -> list[Row]:
    """A PEC or a CAR whose own condition fails: a discrepancy, not an act."""
    holder = facts.one("holder")
    rows = []
    for row in facts.rows["first_contact"]:
        if not row["is_good"] and not holder:
            codes = [("FIRST_CONTACT_BEFORE_SAISINE", row["is_early"]), ("FIRST_CONTACT_IN_FUTURE", row["is_late"])]
            why = [code for code, told in codes if told] or ["FIRST_CONTACT_MISSING"]
            rows.append(_bare(facts, row | {"prestation": "PEC", "nth": 1}, "no_line", why))
    for row in facts.rows["no_show"]:
        if not row["is_due"]:
            rows.append(_bare(facts, row | {"prestation": "CAR", "nth": 1}, "no_line", ["NO_SHOW_WITHOUT_ATTEMPTS"]))
    return rows


def _bare(facts: Facts, row: Row, status: str, codes: Iterable[str]) -> Row:
    reasons = [_reason(facts, row, code) for code in codes]
    return {**_named(row), "status": status, "reasons": reasons, "money": None, "stated": None, "next": None}
