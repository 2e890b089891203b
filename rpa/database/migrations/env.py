"""Run by Alembic, on the connection and in the transaction that `rpa.database.upgrading` hands it."""

from alembic import context

import rpa.database.queue_tables  # noqa: F401 (its tables belong to the same metadata)
from rpa.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
