"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """On SQLite a column that is NOT NULL needs a server_default, which the tables then have too."""
