"""`saisines remind`: tells each association how many fiches are awaited; which ones, only in its own folder.

A reminder is written down when it leaves: an association is not reminded again for a number of days, whatever has
changed meanwhile, so never twice for the same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.files import write_atomically
from etl.jobs.issuing import template
from etl.jobs.issuing.awaited import Awaited, folder_of, gathered
from etl.jobs.issuing.documents import federation
from etl.jobs.watching import mail
from etl.jobs.watching.ran import ran
from etl.model.quarter import civil_day
from etl.warehouse import issued
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from reports.reminder import Reminder

EVERY_DAYS = 14
AGE_DAYS = 15  # an association has two weeks before the first reminder
NAME = "fiches-attendues.xlsx"
NO_LINK = "(adresse donnée par la fédération)"


@dataclass(frozen=True)
class Prepared:
    """The reminder of one association.

    Attributes:
        association: its code.
        awaited: how many fiches.
        state: a fingerprint of which.
        email: where it goes, None when the register gives none.
        subject: one line.
        text: of the message; names no saisine.
        file: the list, in the association's folder.
    """

    association: str
    awaited: int
    state: str
    email: str | None
    subject: str
    text: str
    file: Path


def run(
    home: Path,
    at: datetime,
    association: str | None = None,
    out: Path | None = None,
    every_days: int = EVERY_DAYS,
    age_days: int = AGE_DAYS,
) -> list[Prepared]:
    """Write the list and the template into the folder of each association to remind, and give what to send it.

    Args:
        home: the folder of the state.
        at: the instant.
        association: only this one, whenever it was last reminded.
        out: the folder of the associations' folders; default, `out/associations/` in the home.
        every_days: an association is not reminded again before so many days.
        age_days: a saisine opened since fewer days is not asked for yet.
    """
    with ran(home, "remind", at) as counts:
        due = _due(home, at, association, out, every_days, age_days)
        counts |= {"associations": len(due), "awaited": sum(one.awaited for one in due)}
        return due


def _due(
    home: Path, at: datetime, association: str | None, out: Path | None, every_days: int, age_days: int
) -> list[Prepared]:
    today = civil_day(at)
    with connect(home) as engine:
        awaited = gathered(engine, today)
        with engine.connect() as connection:
            last = issued.load_last_reminders(connection)
    opened_by = today - timedelta(days=age_days)
    missing = {
        code: [row for row in rows if row["opened_on"] <= opened_by] for code, rows in sorted(awaited.missing.items())
    }
    due = [
        code
        for code, rows in missing.items()
        if rows and (code == association if association else _is_due(last.get(code), today, every_days))
    ]
    return [_prepare(home, awaited, code, missing[code], at, out) for code in due]


def send(home: Path, prepared: Sequence[Prepared], at: datetime) -> mail.Sent:
    """Send the reminders that have an address, and write down each as soon as the server has it.

    Raises:
        SaisinesError: no mail server is configured.
        OSError: the server is away; what left is written down.
    """
    letters = {f"rappel/{one.association}/{civil_day(at)}": one for one in prepared if one.email}
    messages = [mail.Message(key, [one.email or ""], one.subject, one.text) for key, one in letters.items()]
    return mail.send(messages, lambda message: record(home, [letters[message.key]], at))


def record(home: Path, prepared: Sequence[Prepared], at: datetime) -> None:
    """Write down that these reminders left, so that the next run leaves these associations in peace for a while."""
    with connect(home) as engine, engine.begin() as connection:
        for one in prepared:
            issued.save_reminder(connection, one.association, civil_day(at), one.awaited, one.state, at)


def _is_due(last: date | None, today: date, every_days: int) -> bool:
    return last is None or (today - last).days >= every_days


def letter(home: Path, association: dict[str, Any], rows: list[dict[str, Any]], today: date) -> Reminder:
    """The reminder of an association of the register, from its missing fiches as `awaited` gives them."""
    from reports.reminder import render_reminder

    payer = federation(home)
    return render_reminder(
        association,
        rows,
        federation=payer["nom"],
        link=str(payer.get("lien_associations") or NO_LINK).replace("{code}", association["code"]),
        reply_to=str(payer.get("contact") or payer["nom"]),
        as_of=today,
    )


def _prepare(
    home: Path, awaited: Awaited, code: str, rows: list[dict[str, Any]], at: datetime, out: Path | None
) -> Prepared:
    association, folder = awaited.register[code], folder_of(home, code, out)
    made = letter(home, association, rows, civil_day(at))
    write_atomically(folder / NAME, made.workbook)
    write_atomically(folder / template.NAME, template.rendered(home, awaited, code, at))
    state = hashlib.sha256("\n".join(sorted(row["reference"] for row in rows)).encode()).hexdigest()
    return Prepared(code, len(rows), state, association["email"] or None, made.subject, made.text, folder / NAME)
