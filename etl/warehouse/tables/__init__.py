"""The tables of the warehouse, by subject. Their comments say grain and purpose, and reach the database."""

from etl.warehouse.tables.base import METADATA
from etl.warehouse.tables.decided import decision_bases, decisions
from etl.warehouse.tables.escalated import support_outcomes
from etl.warehouse.tables.issued import funder_issues, reminders
from etl.warehouse.tables.noticed import job_runs, notices
from etl.warehouse.tables.paid import payee_states, payment_batches, payment_items, receivables
from etl.warehouse.tables.pulled import held_files, pulled_items, source_positions
from etl.warehouse.tables.received import contacts, deliveries, delivery_checks, fiches, sessions
from etl.warehouse.tables.reference import associations, bank_details, convention_files, convention_sets
from etl.warehouse.tables.refused import refused_row_outcomes, refused_rows
from etl.warehouse.tables.stated import (
    draft_events,
    drafts,
    statement_lines,
    statement_not_paid,
    statement_payees,
    statements,
)
from etl.warehouse.tables.watched import audit, readings

__all__ = [
    "METADATA",
    "associations",
    "audit",
    "bank_details",
    "contacts",
    "convention_files",
    "convention_sets",
    "decision_bases",
    "decisions",
    "deliveries",
    "delivery_checks",
    "draft_events",
    "drafts",
    "fiches",
    "funder_issues",
    "held_files",
    "job_runs",
    "notices",
    "payee_states",
    "payment_batches",
    "payment_items",
    "pulled_items",
    "readings",
    "receivables",
    "refused_row_outcomes",
    "refused_rows",
    "reminders",
    "sessions",
    "source_positions",
    "statement_lines",
    "statement_not_paid",
    "statement_payees",
    "statements",
    "support_outcomes",
]
