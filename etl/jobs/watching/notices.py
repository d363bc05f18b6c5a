"""Notices: what the watch finds is kept once, and told once to whom it concerns, by mail.

To find and to tell are two steps: while the mail server is away, or a role has no address yet, what was found waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from etl import settings
from etl.jobs.watching import findings, mail
from etl.jobs.watching.mail import Message, Sent
from etl.jobs.watching.notices_told import subject_of, text_of
from etl.jobs.watching.overdue import stopped
from etl.jobs.watching.ran import ran
from etl.warehouse.noticed import Notice, forget_runs, load_untold, save_notices, save_told
from etl.warehouse.query import Row
from etl.warehouse.scheduler import load_dags
from etl.warehouse.server import connect
from etl.warehouse.tables.noticed import ROLES

if TYPE_CHECKING:
    from sqlalchemy import Engine

KEPT = timedelta(days=400)  # how long the runs of jobs are remembered
LOCK = 0x5A157  # advisory lock: one process tells at a time

Send = Callable[[Sequence[Message], Callable[[Message], None]], Sent]


@dataclass(frozen=True)
class Told:
    """What left: how many messages and notices; how many wait because their role has no address, or its was refused."""

    messages: int
    notices: int
    waiting: int


def look(home: Path, at: datetime) -> int:
    """Find what is to be told, and keep what is new.

    Returns:
        How many notices are new.
    """
    with ran(home, "watch", at) as counts, connect(home) as engine:
        with engine.connect() as connection:
            found = findings.find(connection, at)
        found += stopped(load_dags(engine) or [], at)
        with engine.begin() as connection:
            new = save_notices(connection, found, at)
            counts |= {"found": len(found), "new": new, "untold": len(load_untold(connection))}
        # A role of the database that may not forget leaves it to another.
        with suppress(ProgrammingError), engine.begin() as connection:
            forget_runs(connection, at - KEPT)
    return new


def tell(home: Path, at: datetime, send: Send = mail.send) -> Told:
    """Send what was not told yet: one message a role.

    Raises:
        SaisinesError: Airflow has no mail connection.
        OSError: the mail server is away; the notices wait for the next time.
    """
    with ran(home, "notice", at) as counts, connect(home) as engine, engine.connect() as lock:
        lock.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        with engine.connect() as connection:
            untold = load_untold(connection)
        by_role = {role: [row for row in untold if row["role"] == role] for role in ROLES}
        messages = {
            message.key: (message, by_role[role])
            for role in ROLES
            if by_role[role]
            and (message := compose(role, by_role[role], settings.addresses(role), settings.desk_url()))
        }
        sent = send([message for message, _ in messages.values()], lambda one: _keep(engine, messages[one.key][1], at))
        told = sum(len(messages[key][1]) for key in sent.keys)
        counts |= {"messages": len(sent.keys), "notices": told, "waiting": len(untold) - told}
    return Told(len(sent.keys), told, len(untold) - told)


def late(context: Mapping[str, Any]) -> None:
    """Keep that a run went past its deadline: what Airflow calls (etl/scheduler/deadlines.py).

    Args:
        context: `dag_run` as Airflow gives it to a deadline's callback.
    """
    run = context["dag_run"]
    which = hashlib.sha256(run["dag_run_id"].encode()).hexdigest()[:16]  # people name their own runs as they like
    found = Notice("data", "RUN_LATE", f"retard/{run['dag_id']}/{which}", {"dag": run["dag_id"]})
    with connect(settings.home()) as engine, engine.begin() as connection:
        save_notices(connection, [found], settings.now())


def compose(role: str, rows: Sequence[Row], addresses: Sequence[str], desk: str | None) -> Message | None:
    """The message that tells some notices to a role; None when nobody has that role."""
    if not addresses:
        return None
    numbers = ",".join(str(row["notice_id"]) for row in rows)
    return Message(f"veille/{role}/{numbers}", addresses, subject_of(rows), text_of(role, rows, desk))


def _keep(engine: Engine, rows: Sequence[Row], at: datetime) -> None:
    with engine.begin() as connection:
        save_told(connection, [row["notice_id"] for row in rows], at)
