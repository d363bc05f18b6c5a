"""What a story looks up, found by an index: the rows of a call or of a reference, among millions."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX ix_contacts_reference ON contacts (reference) WHERE reference IS NOT NULL;
CREATE INDEX ix_contacts_id_appel ON contacts (id_appel);
CREATE INDEX ix_fiches_compact ON fiches (regexp_replace(upper(written), '[^A-Z0-9]', '', 'g'));
"""


def upgrade() -> None:
    """Make the indexes."""
    op.execute(INDEXES)
