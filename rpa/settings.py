"""Where things are: environment variables beginning with RPA_, or the same lines in `.env` in this folder."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting cannot be used; the message names the variable and what is allowed."""


class Settings(BaseSettings):
    """RPA_PROFILE, RPA_OUTPUT, ...; the command line's options take precedence."""

    model_config = SettingsConfigDict(
        env_prefix="RPA_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    profile: Path | None = None
    """The site profile (TOML)."""
    baseline: Path | None = None
    """Folder of the baseline; none: `site.baseline` beside the profile `site.toml`."""
    output: Path = Path("rpa-data")
    """Folder of the database, the case files, the results and the log."""
    database_url: str = Field(default="", repr=False)  # it may hold a password
    """SQLAlchemy URL of the records; empty: SQLite in `output`."""
    browser_executable: Path | None = None
    """A Chromium to be used rather than the one that is found."""
    browser_channel: str = ""
    """A branded browser as Playwright names it: chrome, msedge, chromium, ..."""

    notify_urls: SecretStr = SecretStr("")
    """Apprise URLs, with blanks or commas between them: whom to notify. They hold tokens (promise 15)."""

    @property
    def notify_places(self) -> tuple[SecretStr, ...]:
        """Each of the URLs; a comma within one stays."""
        urls = re.split(r"\s+|[,;](?=[A-Za-z][A-Za-z0-9+.-]*://)", self.notify_urls.get_secret_value())
        return tuple(SecretStr(url.strip(",;")) for url in urls if url.strip(",;"))

    @property
    def records_url(self) -> str:
        """The SQLAlchemy URL in effect."""
        return self.database_url or f"sqlite:///{self.sqlite_file}"

    @property
    def sqlite_file(self) -> Path:
        """The file of the records, where no other database is named."""
        return (self.output / "rpa.db").resolve()

    @property
    def has_database(self) -> bool:
        """Whether there is one, or one somewhere else is named."""
        return bool(self.database_url) or self.sqlite_file.exists()

    @property
    def cases_dir(self) -> Path:
        """Folder of the case files."""
        return self.output / "cases"


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of a `.env` that cannot be read."""
    return f"the file .env in this folder is not UTF-8 text (byte {error.start}); save it as UTF-8."


def load_settings(**given: object) -> Settings:
    """The settings, with those `given` (None: not given) before the environment's. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except UnicodeDecodeError as error:
        raise SettingsError(not_utf8(error)) from None  # the error holds the whole file, the password too
    except ValidationError as error:
        first = error.errors()[0]
        name = f"RPA_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise SettingsError(
            f"{name} cannot be used: {first['msg']}. Correct it in the environment or in .env."
        ) from error
