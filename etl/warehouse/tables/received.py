"""What was received: deliveries, and the rows accepted from them.

Rows come by the million, so that their delivery exists is asked once a COPY by a trigger: a foreign key, asked row by row,
makes the write three times as long (500 000 sessions: 9.5 s against 3.3 s).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, func
from sqlalchemy.dialects.postgresql import JSONB

from etl.warehouse.tables.base import METADATA, day, flag, instant, number, one_of, text, whole

deliveries = Table(
    "deliveries",
    METADATA,
    number("delivery_id"),
    text("sha256", required=True),
    text("origin", required=True),
    text("kind", required=True),
    text("layout"),
    text("file_name"),
    text("landed"),
    Column("size_bytes", BigInteger),
    day("received_on", required=True),
    text("received_how", required=True),
    text("key_id"),
    text("status", required=True),
    whole("rows_read", required=True),
    whole("rows_accepted", required=True),
    whole("rows_rejected", required=True),
    whole("rows_duplicate", required=True),
    whole("rows_ignored", required=True),
    text("failure"),
    instant("recorded_at"),
    instant("withdrawn_at", required=False),
    text("withdrawn_by"),
    text("withdrawn_reason"),
    one_of("kind", "journal", "fiches"),
    one_of("status", "received", "failed", "withdrawn"),
    one_of("received_how", "source", "by_hand", "read"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint(
        "status = 'failed' OR rows_read = rows_accepted + rows_rejected + rows_duplicate + rows_ignored",
        name="control_totals",
    ),
    CheckConstraint("least(rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_ignored) >= 0", name="counts"),
    CheckConstraint("(status = 'failed') = (failure IS NOT NULL)", name="failure_said"),
    CheckConstraint(
        "(status = 'withdrawn') = "
        "(withdrawn_at IS NOT NULL AND withdrawn_by IS NOT NULL AND withdrawn_reason IS NOT NULL)",
        name="withdrawn_said",
    ),
    comment="One row per file taken in: its bytes (SHA-256) from its origin (association or profile).",
)
Index(
    "uq_deliveries_received_once",
    deliveries.c.sha256,
    deliveries.c.origin,
    unique=True,
    postgresql_where=deliveries.c.status == "received",
)

delivery_checks = Table(
    "delivery_checks",
    METADATA,
    number("delivery_check_id"),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.delivery_id"), nullable=False, index=True),
    text("suite", required=True),
    flag("success", required=True),
    Column("result", JSONB, nullable=False),
    instant("recorded_at"),
    comment="One row per delivery and suite of expectations: the results of Great Expectations as data.",
)

contacts = Table(
    "contacts",
    METADATA,
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery_id", BigInteger, nullable=False),
    text("id_appel", required=True),
    Column("debut_at", DateTime(timezone=False), nullable=False),
    day("debut_on", required=True),
    text("debut_time", required=True),
    whole("duree_s"),
    text("canal"),
    text("statut"),
    text("numero_appele"),
    text("suite", required=True),
    text("reference"),
    text("convention"),
    text("association"),
    text("qualite"),
    text("departement"),
    flag("urgence"),
    text("beneficiaire"),
    whole("row_number", required=True),
    comment="One row per accepted row of a journal, every version of it; contact_id = delivery_id x 10^8 + place.",
)
Index("ix_contacts_reference", contacts.c.reference, postgresql_where=contacts.c.reference.is_not(None))
Index("ix_contacts_id_appel", contacts.c.id_appel)

fiches = Table(
    "fiches",
    METADATA,
    Column("fiche_id", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery_id", BigInteger, nullable=False),
    Column("fiche_group_id", BigInteger, nullable=False),
    text("sheet"),
    whole("row_number", required=True),
    text("layout", required=True),
    text("association", required=True),
    text("written", required=True),
    whole("version", required=True),
    day("date_saisine"),
    text("convention"),
    text("qualite"),
    text("departement"),
    whole("tentatives"),
    day("date_premier_contact"),
    text("issue", required=True),
    whole("nb_psy"),
    whole("nb_jur"),
    whole("nb_soc"),
    flag("memo_de_vie"),
    day("date_cloture"),
    day("date_signature"),
    one_of("layout", "classeur", "bordereau"),
    CheckConstraint("version >= 1", name="version"),
    comment="One row per accepted row of Saisines or of a bordereau; fiche_id = delivery_id x 10^8 + place.",
)
Index("ix_fiches_compact", func.regexp_replace(func.upper(fiches.c.written), "[^A-Z0-9]", "", "g"))

sessions = Table(
    "sessions",
    METADATA,
    Column("session_id", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery_id", BigInteger, nullable=False),
    Column("fiche_group_id", BigInteger, nullable=False),
    whole("row_number", required=True),
    day("day", required=True),
    text("heure"),
    text("nature", required=True),
    text("mode", required=True),
    text("statut", required=True),
    one_of("nature", "psy", "jur", "soc"),
    comment="One row per accepted row of Entretiens; it belongs to every fiche of its group (delivery and reference).",
)

for _rows in (contacts, fiches, sessions):
    _rows.add_is_dependent_on(deliveries)  # asked by a trigger, see above: what fills tables in order must know
