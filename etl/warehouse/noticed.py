"""How jobs went, and what was told to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql

from etl.warehouse.query import Row, many
from etl.warehouse.tables import job_runs, notices

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LAST_RUNS = """
SELECT DISTINCT ON (r.job) r.job, r.outcome, r.counts, r.duration_ms, r.ran_at,
    (SELECT max(d.ran_at) FROM job_runs d WHERE d.job = r.job AND d.outcome = 'done') AS done_at
FROM job_runs r ORDER BY r.job, r.job_run_id DESC"""


@dataclass(frozen=True)
class Notice:
    """One thing to tell to one role.

    Attributes:
        role: `coordination`, `finance`, `data` or `psychologue`.
        kind: a code, one of those that etl/jobs/watching/notices.py can say.
        key: what it is about: the same thing seen again is not told again.
        detail: counts, days and codes; never a name of a file, a reference, a pseudonym or free text.
    """

    role: str
    kind: str
    key: str
    detail: Mapping[str, Any]


def save_run(
    connection: Connection, job: str, outcome: str, counts: Mapping[str, int | str], duration_ms: int, at: datetime
) -> None:
    """Keep how a run of a job went."""
    row = {"job": job, "outcome": outcome, "counts": dict(counts), "duration_ms": duration_ms, "ran_at": at}
    connection.execute(insert(job_runs), row)


def forget_runs(connection: Connection, before: datetime) -> None:
    """Forget the runs of jobs before an instant."""
    connection.execute(delete(job_runs).where(job_runs.c.ran_at < before))


def load_last_runs(connection: Connection) -> list[Row]:
    """Of each job: its last run, and when it last went well (`done_at`), by name."""
    return many(connection, text(_LAST_RUNS))


def save_notices(connection: Connection, found: Sequence[Notice], at: datetime) -> int:
    """Keep what is to be told, each once; gives how many are new."""
    rows = [
        {"role": one.role, "kind": one.kind, "key": one.key, "detail": dict(one.detail), "noticed_at": at}
        for one in found
    ]
    if not rows:
        return 0
    done = connection.execute(
        postgresql.insert(notices)
        .on_conflict_do_nothing(constraint="uq_notices_role_key")
        .returning(notices.c.notice_id),
        rows,
    )
    return len(done.all())


def load_untold(connection: Connection) -> list[Row]:
    """What no mail server has taken yet, in order."""
    return many(connection, select(notices).where(notices.c.told_at.is_(None)).order_by(notices.c.notice_id))


def save_told(connection: Connection, notice_ids: Collection[int], at: datetime) -> None:
    """Write that a mail server took these."""
    connection.execute(update(notices).where(notices.c.notice_id.in_(notice_ids)).values(told_at=at))
