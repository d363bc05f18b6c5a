"""What Alembic runs: the revisions, on the connection that `etl.warehouse.schema` hands over."""

from alembic import context

from etl.warehouse.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
