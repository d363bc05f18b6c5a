"""What every table shares: one metadata, names of constraints that a migration can find again, short column makers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, DateTime, Identity, Integer, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def number(name: str) -> Column[int]:
    """The key of a table, given by the database in order of arrival."""
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def text(name: str, *, required: bool = False) -> Column[str]:
    """A text, NULL when not given."""
    return Column(name, Text, nullable=not required)


def day(name: str, *, required: bool = False) -> Column[object]:
    """A civil day."""
    return Column(name, Date, nullable=not required)


def instant(name: str, *, required: bool = True) -> Column[object]:
    """An instant, stored in UTC."""
    return Column(name, DateTime(timezone=True), nullable=not required)


def whole(name: str, *, required: bool = False) -> Column[int]:
    """A whole number that fits 32 bits."""
    return Column(name, Integer, nullable=not required)


def cents(name: str) -> Column[int]:
    """An amount in cents, signed, always given."""
    return Column(name, BigInteger, nullable=False)


def flag(name: str, *, required: bool = False) -> Column[bool]:
    """Yes, no, or NULL when not given."""
    return Column(name, Boolean, nullable=not required)


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these codes, or NULL."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
