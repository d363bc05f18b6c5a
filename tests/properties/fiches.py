"""Random fiches of both layouts: versions, rivals, wrong senders, references badly written, sessions with every flaw."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.base import ALPHABET

from .choose import Choose
from .journal import MANY_REFERENCES, REFERENCES, reference
from .register import ASSOCIATIONS, CONVENTIONS, QUALITES, STRANGER, Row, Tables

ISSUES = ("pris_en_charge",) * 7 + (
    "injoignable",
    "injoignable",
    "refus",
    "reoriente",
    "hors_champ",
    "soutien_impossible",
)
HOURS = ("09:00", None, "09:44", "09:45", "10:30", "18:00")
LOOKALIKES = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"}
UNKNOWN = reference(26, 777_777)


def deliver(choose: Choose, tables: Tables, received_on: date) -> None:
    """One file: a few rows of one association, most often one that was seized."""
    told = choose.one(tables["contact"]) if tables["contact"] else None
    sender = told["association"] if told and choose.chance(95) else choose.one((*ASSOCIATIONS, STRANGER))
    delivery = 1 + max((row["delivery_id"] for row in tables["fiche"]), default=0)
    bordereau = choose.chance(20)
    groups: dict[str, int] = {}
    for _ in range(choose.one((1, 1, 2, 3))):
        known = told["reference"] if told and choose.chance(97) else choose.one(REFERENCES)
        if choose.chance(92) and any(r["association"] == sender and r["written"] == known for r in tables["fiche"]):
            continue
        written = misspelt(choose, known)
        row = fiche(choose, tables, known, sender, "bordereau" if bordereau else "classeur", received_on)
        row |= {
            "delivery_id": delivery,
            "written": written,
            "fiche_group_id": groups.setdefault(written, row["fiche_id"]),
        }
        tables["fiche"].append(row)
        if not bordereau:
            tables["session"] += sessions(choose, tables, row)
        told = choose.one([r for r in tables["contact"] if r["association"] == sender] or [told])


def resend(choose: Choose, tables: Tables, received_on: date) -> None:
    """A fiche sent again by the same association: the same, with another version, a session changed or left out."""
    if not tables["fiche"]:
        return
    old = choose.one(tables["fiche"])
    number = next_id(tables)
    row = old | {
        "fiche_id": number, "fiche_group_id": number, "row_number": number, "received_on": max(received_on, old["received_on"]),
        "delivery_id": 1 + max(r["delivery_id"] for r in tables["fiche"]), "version": old["version"] + choose.one((1, 1, 1, 1, 0)),
        "written": misspelt(choose, known_as(old)) if choose.chance(30) else old["written"],
    }  # fmt: skip
    tables["session"] += list(resent_sessions(choose, tables, old, row))
    tables["fiche"].append(row | changed(choose, old))


def known_as(row: Row) -> str:
    return next(
        (r for r in MANY_REFERENCES if r.replace("-", "") == row["written"].upper().replace("-", "")), REFERENCES[0]
    )


def changed(choose: Choose, old: Row) -> Row:
    changes: Row = {}
    if choose.chance(25):
        changes["issue"] = choose.one(ISSUES)
    if choose.chance(15) and old["date_premier_contact"]:
        changes["date_premier_contact"] = old["date_premier_contact"] + timedelta(days=choose.one((1, -30, 60)))
    if choose.chance(15):
        changes["date_cloture"] = choose.one((None, old["received_on"]))
    if choose.chance(10):
        changes["tentatives"] = choose.one((None, 0, 1, 3))
    if choose.chance(10):
        changes["nb_psy"] = choose.one((None, 0, 1, 2, 3))
    return changes


def resent_sessions(choose: Choose, tables: Tables, old: Row, row: Row):
    rows = [s for s in tables["session"] if s["fiche_group_id"] == old["fiche_group_id"]]
    number = len(tables["session"])
    for place, session in enumerate(rows, 1):
        if choose.chance(12):
            continue
        new = session | {
            "session_id": number + place,
            "fiche_group_id": row["fiche_group_id"],
            "delivery_id": row["delivery_id"],
            "row_number": place,
        }
        if choose.chance(12):
            new["statut"] = choose.one(("honore", "annule", "absence"))
        if choose.chance(8):
            new["day"] = new["day"] + timedelta(days=choose.one((1, -1, 7)))
        if choose.chance(8):
            new["heure"] = choose.one(HOURS)
        yield new
    if row["layout"] == "classeur" and choose.chance(30):
        yield session_row(
            choose, tables, row, number + len(rows) + 1, opening(tables, known_as(row)) or row["received_on"]
        )


def next_id(tables: Tables) -> int:
    return 1 + max((row["fiche_id"] for row in tables["fiche"]), default=0)


def opening(tables: Tables, known: str) -> date | None:
    days = [row["debut_on"] for row in tables["contact"] if row["reference"] == known]
    return min(days, default=None)


def fiche(choose: Choose, tables: Tables, known: str, sender: str, layout: str, received_on: date) -> Row:
    opened_on = opening(tables, known) or received_on - timedelta(days=20)
    number = next_id(tables)
    counts = (0, 1, 2, 3, 5) if layout == "bordereau" else (None, None, None, None, 0, 1, 2)
    return {
        "fiche_id": number, "fiche_group_id": number, "sheet": "Saisines", "row_number": number, "layout": layout,
        "association": sender, "version": choose.one((1, 1, 1, 1, 2)), "received_on": received_on,
        "date_saisine": None, "convention": choose.one((None, *CONVENTIONS)) if choose.chance(30) else None,
        "qualite": choose.one(QUALITES) if choose.chance(25) else None, "departement": None, "tentatives": choose.one((3, None, 0, 1, 2)),
        "date_premier_contact": near(choose, opened_on, 80), "issue": choose.one(ISSUES),
        "nb_psy": choose.one(counts), "nb_jur": choose.one(counts), "nb_soc": None, "memo_de_vie": choose.one((None, True, False)),
        "date_cloture": near(choose, opened_on + timedelta(days=choose.one((0, 40))), 35), "date_signature": None,
    }  # fmt: skip


def near(choose: Choose, day: date, percent: int) -> date | None:
    back = choose.one((1, 0, 0, 1, 2, 3, 10, 40, -1, -2))
    return day + timedelta(days=back) if choose.chance(percent) else None


def sessions(choose: Choose, tables: Tables, row: Row) -> list[Row]:
    """Sessions near the days that matter: the opening, the seizures, the ends of the quarter, the reception."""
    known = known_as(row)
    told = [r for r in tables["contact"] if r["reference"] == known]
    own = [r for r in told if r["association"] == row["association"]]
    rows = [r["debut_on"] for r in (own if own and choose.chance(85) else told)] or [
        row["received_on"] - timedelta(days=9)
    ]
    number = len(tables["session"])
    made: list[Row] = []
    if choose.chance(10):
        return list(copied(choose, tables, row))
    counts = (0, 0, 0, 1) if row["issue"] == "injoignable" else (2, 1, 3, 0, 4, 6)
    for place in range(1, 1 + choose.one(counts)):
        new = session_row(choose, tables, row, number + place, choose.one(rows))
        like = choose.one(made or [new]) if choose.chance(20) else elsewhere(choose, tables, row, new)
        made.append(new | {name: like[name] for name in ("day", "nature")})
    return made


def copied(choose: Choose, tables: Tables, row: Row):
    """All the sessions of another fiche of the same association."""
    others = [r for r in tables["fiche"] if r["association"] == row["association"]]
    group = choose.one(others)["fiche_group_id"]
    rows = [s for s in tables["session"] if s["fiche_group_id"] == group and group != row["fiche_group_id"]]
    for place, session in enumerate(rows, 1):
        yield session | {
            "session_id": len(tables["session"]) + place, "delivery_id": row["delivery_id"], "fiche_group_id": row["fiche_group_id"],
            "row_number": place,
        }  # fmt: skip


def elsewhere(choose: Choose, tables: Tables, row: Row, new: Row) -> Row:
    """A session that the same association declares for another saisine, sometimes."""
    if not choose.chance(25):
        return new
    groups = {r["fiche_group_id"] for r in tables["fiche"] if r["association"] == row["association"]}
    return choose.one([s for s in tables["session"] if s["fiche_group_id"] in groups] or [new])


def session_row(choose: Choose, tables: Tables, row: Row, number: int, day: date) -> Row:
    ends = (date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), row["received_on"])
    day = (
        choose.one(ends)
        if choose.chance(15)
        else day + timedelta(days=choose.one((3, 0, 0, 1, 1, 2, 3, 4, 10, 25, 60, -1, -2)))
    )
    return {
        "session_id": number, "delivery_id": row.get("delivery_id"), "fiche_group_id": row["fiche_group_id"], "row_number": number,
        "day": day, "heure": choose.one(HOURS), "nature": choose.one(("psy", "psy", "jur", "soc")),
        "mode": choose.one(("presentiel", "telephone", "visio")), "statut": choose.one(("honore",) * 8 + ("annule", "absence")),
    }  # fmt: skip


# --- references badly written ----------------------------------------------------------------------------------------


def misspelt(choose: Choose, known: str) -> str:
    if not choose.chance(20):
        return known
    compact = known.replace("-", "")
    return choose.one((lower, letters, shortened, substituted, deleted, inserted, exchanged, crossed, twice, unknown))(
        choose, compact
    )


def lower(choose: Choose, text: str) -> str:
    return text.lower().replace("26", "26 ")


def letters(choose: Choose, text: str) -> str:
    return text[:2] + "".join(LOOKALIKES.get(c, c) if choose.chance(50) else c for c in text[2:10]) + text[10]


def shortened(choose: Choose, text: str) -> str:
    zeros = len(text[4:10]) - len(text[4:10].lstrip("0"))
    return choose.one(("", "FV")) + text[2:4] + text[4 + choose.up_to(zeros) : 10] + text[10]


def substituted(choose: Choose, text: str) -> str:
    place = choose.below(len(text))
    return text[:place] + choose.one(ALPHABET) + text[place + 1 :]


def deleted(choose: Choose, text: str) -> str:
    place = choose.below(len(text))
    return text[:place] + text[place + 1 :]


def inserted(choose: Choose, text: str) -> str:
    place = choose.up_to(len(text))
    return text[:place] + choose.one(ALPHABET) + text[place:]


def exchanged(choose: Choose, text: str) -> str:
    place = choose.below(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def crossed(choose: Choose, text: str) -> str:
    """The serial of one and the check character of another: one slip from both."""
    return text[:10] + choose.one(REFERENCES)[-1]


def twice(choose: Choose, text: str) -> str:
    return substituted(choose, exchanged(choose, text))


def unknown(choose: Choose, text: str) -> str:
    return UNKNOWN
