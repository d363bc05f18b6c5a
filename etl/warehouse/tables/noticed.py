"""What the watch keeps: how each job went, and what has been told to whom. No name of a file, reference, pseudonym or free text."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.tables.base import METADATA, instant, number, one_of, text

ROLES = ("coordination", "finance", "data", "psychologue")

job_runs = Table(
    "job_runs",
    METADATA,
    number("job_run_id"),
    text("job", required=True),
    text("outcome", required=True),
    Column("counts", JSONB, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    instant("ran_at"),
    one_of("outcome", "done", "failed"),
    CheckConstraint("duration_ms >= 0", name="duration"),
    comment="One row per run of a job, by whomever: what it counted, how long it took, whether it ended well.",
)
Index("ix_job_runs_job", job_runs.c.job, job_runs.c.ran_at)

notices = Table(
    "notices",
    METADATA,
    number("notice_id"),
    text("key", required=True),
    text("role", required=True),
    text("kind", required=True),
    Column("detail", JSONB, nullable=False),
    instant("noticed_at"),
    instant("told_at", required=False),
    one_of("role", *ROLES),
    UniqueConstraint("role", "key"),
    comment="One row per thing to tell to a role, once: its key says what it is about, told_at when a mail server took it.",
)
