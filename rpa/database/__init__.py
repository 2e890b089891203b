"""The database: its tables, its versions, and how it is opened."""

from rpa.database.engines import make_engine, reading, writing
from rpa.database.opening import open_database

__all__ = ["make_engine", "open_database", "reading", "writing"]
