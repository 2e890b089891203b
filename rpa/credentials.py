"""The robot's user name and password: from the environment, `.env`, or the system keyring; from nowhere else.

Never from argv or the profile (promise 15): both are seen by others.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.profile import SiteProfile
from rpa.settings import not_utf8

SERVICE = "planplus-rpa"
"""The keyring's service name. Its user names are "<base_url> username", "<base_url> password" and account."""


class CredentialsError(Exception):
    """Credentials are missing or incomplete; the message says how to set them, and holds no part of them."""


class Credentials(BaseModel):
    """What the sign-in page asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    username: str
    password: SecretStr
    account: str = ""
    """Where the page asks for a third field (`words.sign_in.account`)."""
    backend: Self | None = None
    """The backend's own sign-in, where it differs."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may stand in no log, case file or trace."""
        return (self.password.get_secret_value(), *(self.backend.secrets if self.backend else ()))


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RPA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    username: str = ""
    password: SecretStr = SecretStr("")
    account: str = ""
    backend_username: str = ""
    backend_password: SecretStr = SecretStr("")


def find_credentials(profile: SiteProfile) -> Credentials:
    """The credentials of the profile's site: environment, then `.env`, then keyring.

    Raises CredentialsError, if there are none or only half of them.
    """
    try:
        found = _Environment()
    except UnicodeDecodeError as error:
        raise CredentialsError(not_utf8(error)) from None  # the error holds the whole file
    url = profile.site.base_url
    main = _pair(found.username, found.password, found.account, "RPA_USERNAME", "RPA_PASSWORD") or _from_keyring(url)
    if main is None:
        raise CredentialsError(_how_to_set(url))
    backend = _pair(
        found.backend_username, found.backend_password, "", "RPA_BACKEND_USERNAME", "RPA_BACKEND_PASSWORD"
    ) or (_from_keyring(profile.site.backend_url) if profile.site.backend_url else None)
    return main.model_copy(update={"backend": backend})


def _pair(
    username: str, password: SecretStr, account: str, name_of_user: str, name_of_password: str
) -> Credentials | None:
    if not username and not password.get_secret_value():
        return None
    if not username or not password.get_secret_value():
        missing, there = (name_of_password, name_of_user) if username else (name_of_user, name_of_password)
        raise CredentialsError(f"{there} is set but {missing} is not. Set both, in the environment or in .env.")
    return Credentials(username=username, password=password, account=account)


def _from_keyring(url: str) -> Credentials | None:
    import keyring  # noqa: PLC0415 (slow to import, and only here)
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        username, password = (keyring.get_password(SERVICE, f"{url} {what}") for what in ("username", "password"))
        account = keyring.get_password(SERVICE, f"{url} account")
    except (KeyringError, OSError, RuntimeError):  # no keyring on this machine, or a locked one
        return None
    if not username or not password:
        return None
    return Credentials(username=username, password=SecretStr(password), account=account or "")


def _how_to_set(url: str) -> str:
    return (
        f"No user name and password for {url}. Set RPA_USERNAME and RPA_PASSWORD in the environment or in "
        f"a file .env in this folder, or store them in the system keyring: keyring set {SERVICE} "
        f'"{url} username", then keyring set {SERVICE} "{url} password".'
    )
