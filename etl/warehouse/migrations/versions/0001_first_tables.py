"""The first tables, and the triggers that keep their history.

The statements are in the file of the same name, separated by lines `;;`: frozen text, so that later changes of
`etl.warehouse.tables` do not rewrite the past.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n;;\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
