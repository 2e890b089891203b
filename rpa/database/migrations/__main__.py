"""`python -m rpa.database.migrations NAME`: write the file of the next version, to be filled in."""

import sys

from alembic import command

from rpa.database.upgrading import configuration
from rpa.database.versions import VERSIONS


def write_next(name: str) -> None:
    """The file goes into versions/; its name is to be added to `rpa.database.versions.VERSIONS` by hand."""
    command.revision(configuration(), message=name, rev_id=f"{len(VERSIONS) + 1:04}_{name}")


if __name__ == "__main__":
    write_next(sys.argv[1])
