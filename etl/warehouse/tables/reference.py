"""Reference data: the register of associations and the convention files."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.tables.base import METADATA, day, instant, number, one_of, text

associations = Table(
    "associations",
    METADATA,
    Column("code", Text, primary_key=True),
    text("nom", required=True),
    text("siret"),
    text("rna"),
    text("departement"),
    text("email"),
    day("active_du"),
    day("active_au"),
    text("successeur"),
    instant("loaded_at"),
    text("loaded_by", required=True),
    comment="One row per association of the register, as last loaded; a code that leaves the file stays here.",
)

bank_details = Table(
    "bank_details",
    METADATA,
    number("bank_details_id"),
    Column("association", Text, ForeignKey("associations.code"), nullable=False, index=True),
    text("iban"),
    text("bic"),
    text("titulaire"),
    instant("loaded_at"),
    text("loaded_by", required=True),
    Column("replaces_id", BigInteger, ForeignKey("bank_details.bank_details_id"), unique=True),
    instant("confirmed_at", required=False),
    text("confirmed_by"),
    text("how_checked"),
    CheckConstraint(
        "(confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_by IS NULL) = (how_checked IS NULL)",
        name="confirmed_whole",
    ),
    CheckConstraint("lower(btrim(confirmed_by)) <> lower(btrim(loaded_by))", name="confirmed_by_another"),
    comment="One row per bank details ever given by an association; the last row holds, "
    "and pays once another person confirmed it (the first row of an association needs no confirmation).",
)

convention_sets = Table(
    "convention_sets",
    METADATA,
    number("set_id"),
    one_of("status", "en_attente", "applique", "abandonne"),
    text("status", required=True),
    text("digest"),
    Column("difference", JSONB(none_as_null=True)),
    instant("loaded_at"),
    text("loaded_by", required=True),
    instant("applied_at", required=False),
    text("applied_by"),
    CheckConstraint("(status = 'applique') = (applied_at IS NOT NULL)", name="applied_when"),
    CheckConstraint("digest IS NULL OR lower(btrim(applied_by)) <> lower(btrim(loaded_by))", name="applied_by_another"),
    comment="One row per complete set of convention files loaded or waiting to be; the last applied one is in force.",
)
Index(
    "uq_convention_sets_one_pending",
    convention_sets.c.status,
    unique=True,
    postgresql_where=convention_sets.c.status == "en_attente",
)

convention_files = Table(
    "convention_files",
    METADATA,
    Column("set_id", BigInteger, ForeignKey("convention_sets.set_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    text("code", required=True),
    text("fingerprint", required=True),
    text("content", required=True),
    UniqueConstraint("set_id", "code"),
    comment="One row per file of a set: its YAML text as it was read, and the fingerprint of what it says. "
    "Code `commun` is the common schedule.",
)
