"""Why a database cannot be worked with. Each message says what, where, and what to do; none holds the password.

DatabaseNotOpened         the URL is malformed, the server does not answer, or it lets nobody in
DatabaseVersionError
├── DatabaseBehind        its tables are older than this program; others may be at work on it
└── DatabaseAhead         its tables are newer than this program
"""


class DatabaseNotOpened(Exception):
    """The database cannot be reached or used."""


class DatabaseVersionError(Exception):
    """The database's tables are not those of this program."""


class DatabaseBehind(DatabaseVersionError):
    pass


class DatabaseAhead(DatabaseVersionError):
    pass
