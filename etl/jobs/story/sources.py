"""What was received about a saisine: rows of the journal, fiches with how they were matched and which counts, refused rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.jobs.matching.near_references import CONFUSED
from etl.jobs.story.facts import Facts, Row
from etl.model.reference import compact

CONTENT = (
    "date_saisine", "convention", "qualite", "departement", "tentatives", "date_premier_contact", "issue", "nb_psy",
    "nb_jur", "nb_soc", "memo_de_vie", "date_cloture", "date_signature",
)  # fmt: skip


def delivery(row: Mapping[str, Any]) -> Row:
    """Whence a row came: number of the delivery, file as received, place in it, day and how that day is known."""
    withdrawn = {"on": row["withdrawn_on"], "by": row["withdrawn_by"], "reason": row["withdrawn_reason"]}
    return {
        "number": row["delivery_id"],
        "file": row["file_name"],
        "sheet": row.get("sheet"),
        "row": row["row_number"],
        "received_on": row["received_on"],
        "received_how": row["received_how"],
        "withdrawn": withdrawn if row["status"] == "withdrawn" else None,
    }


def journal(facts: Facts) -> list[Row]:
    """The rows of the journal on the saisine, in order of time, and the decision that registered it, if any."""
    names = ("id_appel", "canal", "statut", "suite", "convention", "association", "qualite", "departement", "urgence")
    told = [
        {
            "on": row["debut_on"],
            "time": row["debut_time"],
            **{name: row[name] for name in names},
            "counts": row["status"] == "received" and not row["replaced"] and row["debut_on"] <= facts.cutoff,
            "replaced": row["replaced"],
            "delivery": delivery(row),
            "decision": None,
        }
        for row in facts.received["contacts"]
    ]
    return sorted(told + _registered(facts), key=lambda row: (row["on"], row["time"]))


def _registered(facts: Facts) -> list[Row]:
    rows = facts.all("decision_in_force", kind="register_saisine")
    last = max((row["decision_id"] for row in rows), default=None)
    names = ("convention", "association", "qualite")
    return [
        {
            "on": row["day"],
            "time": "00:00:00",
            **dict.fromkeys(("id_appel", "canal", "statut", "suite", "departement", "urgence")),
            **{name: row[name] for name in names},
            "counts": row["decision_id"] == last,
            "replaced": row["decision_id"] != last,
            "delivery": None,
            "decision": row["decision_id"],
        }
        for row in rows
    ]


def fiches(facts: Facts) -> list[Row]:
    """The fiches that are, or may be, about the saisine, in order of reception, with their match, their state and their sessions."""
    found = []
    for row in facts.received["fiches"]:
        match = _match(facts, row)
        if match is not None:
            found.append(
                {
                    "association": row["association"],
                    "written": row["written"],
                    "version": row["version"],
                    "layout": row["layout"],
                    "match": match,
                    "state": _state(facts, row, match),
                    "content": {name: row[name] for name in CONTENT},
                    "sessions": _sessions(facts, row),
                    "delivery": delivery(row),
                }
            )
    return found


def _match(facts: Facts, row: Row) -> Row | None:
    """How a fiche was matched; None when it is about another saisine and never was about this one."""
    place = {name: row[name] for name in ("association", "written", "received_on")}
    mine, exact = facts.one("match", **place), compact(row["written"]) == compact(facts.reference)
    if row["status"] != "received":
        known = facts.one("match", association=row["association"], written=row["written"])
        return _told("withdrawn", None, []) if exact or known else None
    if mine:
        repair = _repair(compact(row["written"]), compact(facts.reference)) if mine["how"] == "repaired" else None
        return _told(mine["how"], repair, [])
    if facts.one("candidate", **place):
        return _told("ambiguous", None, _candidates(facts, place))
    return _told("elsewhere" if facts.one("saisine_case") else "unknown", None, []) if exact else None


def _told(how: str, repair: str | None, candidates: list[str]) -> Row:
    return {"how": how, "repair": repair, "candidates": candidates}


def _candidates(facts: Facts, place: Mapping[str, Any]) -> list[str]:
    """The references that one repair reaches from what was written."""
    rows = facts.computed.rows("candidate", "written", [place["written"]])
    same = [row["saisine"] for row in rows if all(row[name] == value for name, value in place.items())]
    return sorted(row["reference"] for row in facts.computed.rows("saisine_case", "saisine", same))


def _repair(written: str, meant: str) -> str:
    """Which repair leads from what was written to the reference, both compact."""
    if len(written) == len(meant):
        if written[:2] + written[2:10].translate(CONFUSED) + written[10:] == meant:
            return "letters"
        differing = sum(a != b for a, b in zip(written, meant, strict=True))
        return "substitution" if differing == 1 else "exchange"
    if len(written) == len(meant) + 1:
        return "insertion"
    rest = written.removeprefix("FV")
    completed = "FV" + rest[:2] + rest[2:-1].zfill(6) + rest[-1:]
    return "completed" if completed == meant else "deletion"


def _state(facts: Facts, row: Row, match: Row) -> str:
    """Whether a fiche counts, and why not: see `etl.jobs.story.words.STATES`."""
    if match["how"] in {"withdrawn", "ambiguous", "elsewhere", "unknown"}:
        return str(match["how"])
    counting = facts.one("counting", fiche_id=row["fiche_id"])
    if counting:
        return str(counting["flaw"]) if counting["aside"] else _counts(facts, counting)
    version = facts.one("version", fiche_id=row["fiche_id"])
    if not version:
        return "same"
    other = facts.one("counting", sender=version["root"])
    if not other:
        return _unseized(facts, row)
    if other["version"] != version["version"]:
        return "older"
    if other["received_on"] == version["received_on"]:
        return "RIVAL_VERSIONS" if other["rival"] else "older"
    return "revised"


def _counts(facts: Facts, counting: Row) -> str:
    """A fiche that counts: the only version of its sender, or the last of several."""
    return "counts" if len(facts.all("version", root=counting["sender"])) > 1 else "only"


def _unseized(facts: Facts, row: Row) -> str:
    """A sender whose versions are not of a seized association: the last one is told by its code, the others are older."""
    latest = facts.one("latest", fiche_id=row["fiche_id"])
    return "WRONG_ASSOCIATION" if latest else "older"


def _sessions(facts: Facts, fiche: Row) -> list[Row]:
    names = ("day", "heure", "mode", "statut")
    return [
        {**{name: row[name] for name in names}, "prestation": row["nature"].upper(), "row": row["row_number"]}
        for row in facts.received["sessions"]
        if row["fiche_group_id"] == fiche["fiche_group_id"]
    ]


def refused(facts: Facts) -> list[Row]:
    """Rows on the saisine that were refused, and what became of them."""
    return [
        {
            "number": row["refused_row_id"],
            "kind": row["kind"],
            "origin": row["origin"],
            "codes": list(row["codes"]),
            "sentence": row["sentence"],
            "outcome": row["outcome"],
            "outcome_delivery": row["outcome_delivery_id"],
            "delivery": delivery(row),
        }
        for row in facts.received["refused"]
    ]
