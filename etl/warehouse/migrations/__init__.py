"""Alembic's migrations of the warehouse. They are part of the package, so that they travel in the wheel."""
