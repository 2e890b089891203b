"""The steps from one version of the tables to the next, by Alembic; each is written once and never changed again."""
