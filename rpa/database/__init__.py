"""The database: its tables, its versions, and how it is opened."""

from rpa.database.opening import make_engine, open_database, writing

__all__ = ["make_engine", "open_database", "writing"]
