"""Invented quarters taken in as they come: a journal, and the template as each association sends it back filled in."""

import io
import random
from datetime import UTC, date, datetime, timedelta

import openpyxl

from etl.jobs.intake import ingest
from etl.jobs.settlement import draft
from etl.jobs.settlement import statement_life as life
from etl.model.quarter import Quarter
from etl.model.reference import make
from reports.template import render_template

SECRET = b"a secret of the tests"
HEADER = "id_appel;debut;numero_appele;suite;saisine_ref;convention;association;qualite;departement\n"
DEPARTEMENTS = ["01", "2A", "13", "33", "59", "75", "974"]
ISSUES = ["pris_en_charge"] * 7 + ["injoignable", "refus", "reoriente", "soutien_impossible"]


def instant(day):
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC)


def saisines(quarter, number, seed):
    """Invented saisines of a quarter, each with its place and what its association will say."""
    chance = random.Random(seed)
    start = Quarter.parse(quarter).start
    weights = [1, 2, 4, 8, 12, 16, 20]
    return [
        {
            "reference": make(start.year, 1000 * seed + place),
            "opened_on": start + timedelta(days=chance.randrange(80)),
            "departement": chance.choices(DEPARTEMENTS, weights)[0],
            "qualite": chance.choices(["elu", "proche"], [2, 1])[0],
            "association": chance.choice(["AAV001", "AAV002"]),
            "issue": chance.choice(ISSUES) if chance.random() < 0.9 else None,
            "delay": chance.choice([0, 1, 1, 2, 4, 9]),
            "sessions": chance.randrange(4),
        }
        for place in range(1, number + 1)
    ]


def journal(rows, quarter):
    """The platform's journal: a contact each day of the quarter, and one for each saisine."""
    when = Quarter.parse(quarter)
    days = [when.start + timedelta(days=n) for n in range((when.end - when.start).days)]
    lines = [f"J{quarter}-{n};{day}T08:00:00Z;;information;;;;;\n" for n, day in enumerate(days)]
    lines += [
        f"S-{row['reference']};{row['opened_on']}T12:00:00Z;0180523384;saisine;{row['reference']};CALAE;"
        f"{row['association']};{row['qualite']};{row['departement']}\n"
        for row in rows
    ]
    return HEADER + "".join(lines)


def classeur(code, rows, made_on):
    """The template of an association, filled in."""
    known, sessions = [], []
    for row in rows:
        done = row["issue"] == "pris_en_charge"
        contact = row["opened_on"] + timedelta(days=row["delay"])
        known.append(
            {"reference": row["reference"], "issue": row["issue"], "tentatives": 2, "memo_de_vie": "oui" if done else None}
            | ({"date_premier_contact": contact} if done else {})
        )  # fmt: skip
        sessions += [
            {
                "reference": row["reference"],
                "date": contact + timedelta(days=1 + n),
                "nature": "psy",
                "statut": "honore",
            }
            for n in range(row["sessions"] if done else 0)
        ]
    return render_template({"code": code, "nom": code}, known, sessions, federation="x", made_on=made_on)


def take_in(home, quarter, rows):
    """Take in a quarter's journal and fiches, received before its cutoff."""
    received, inbox = Quarter.parse(quarter).end + timedelta(days=5), home / "inbox" / quarter
    put(inbox / "journal" / "journal.csv", journal(rows, quarter).encode())
    for code in ("AAV001", "AAV002"):
        told = [row for row in rows if row["association"] == code and row["issue"]]
        put(inbox / "fiches" / code / "fiches.xlsx", classeur(code, told, received))
    report = ingest.run(
        home, [inbox / "journal", inbox / "fiches"], instant(received), received_on=received, secret=SECRET
    )
    assert report.totals()["rejected"] == 0
    assert not report.failed


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def settle(home, quarter, convention="CALAE"):
    """Draft, submit, approve and finalise a quarter; gives the statement's number."""
    at = instant(Quarter.parse(quarter).end + timedelta(days=30))
    (made,) = draft.run(home, quarter, at, convention)
    name = (quarter, convention, made["digest"])
    life.submit(home, *name, "coordination", at)
    life.approve(home, *name, "finance", at)
    return life.finalise(home, *name, "finance", at, draft.recompute).number


def figures(content):
    """What a reader of the workbook sees, by sheet: rows of values."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def today():
    return date(2026, 11, 2)
