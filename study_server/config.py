"""Where the server keeps its things. No Flask."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from study_server.dialects import read_url
from study_server.errors import StudyServerError

MIN_KEY_CHARACTERS = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerConfig:
    """Everything a server process must be told; the rest is in the database."""

    data_dir: Path
    """Folder of database, imported bundles and secret key; made when absent."""

    database_url: str | None = None
    """SQLAlchemy address of the database. None: SQLite inside data_dir."""

    has_https: bool = False
    """Whether people reach us over HTTPS, through a proxy: cookies are then marked
    Secure, and the proxy's X-Forwarded-For, -Proto and -Host are believed."""

    min_free_bytes: int = 500_000_000
    """With less than that free on the disk of data_dir nobody new is let in."""

    alarm: str | None = None
    """Shell command that is given trouble with disk or database on its input."""

    backups_dir: Path | None = None
    """Where backups are written. None: the server makes none."""

    is_preview: bool = False
    """Whether this server only shows a study: nobody who sits here counts."""

    @property
    def resolved_database_url(self) -> str:
        """The address in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'study.sqlite3'}"

    @property
    def shown_database_url(self) -> str:
        """The address without its password, for messages."""
        return read_url(self.resolved_database_url).render_as_string()

    @property
    def bundles_dir(self) -> Path:
        """Folder of the imported stimulus bundles."""
        return self.data_dir / "bundles"

    def secret_key(self) -> str:
        """The key that signs cookies, made at first use and kept in data_dir.

        Two processes that start at once agree on one key.

        Raises:
            StudyServerError: the file cannot be made or read, or holds no key.
        """
        return self._key(
            "secret_key",
            loss="everyone who is logged in or taking part has to begin again, and "
            "researchers have to add their authenticators anew",
        )

    def pseudonym_key(self) -> bytes:
        """The key under which people's platform ids become pseudonyms.

        It lies beside the database and never in it; a backup of the database alone
        names nobody.

        Raises:
            StudyServerError: the file cannot be made or read, or holds no key.
        """
        loss = "nobody who took part before is known again"
        return self._key("pseudonym_key", loss=loss).encode()

    def _key(self, name: str, *, loss: str) -> str:
        """A key file's content, made at first use.

        Args:
            loss: what it costs to make a new one.
        """
        path = self.data_dir / name
        try:
            if not path.exists():
                self._make_secret_key(path)
            key = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StudyServerError(
                f"{path}: the secret key cannot be made or read ({error}); "
                "may this user write to the data folder?"
            ) from error
        if len(key) < MIN_KEY_CHARACTERS:
            raise StudyServerError(
                f"{path}: holds {len(key)} characters, a key has at least "
                f"{MIN_KEY_CHARACTERS}. Delete the file: a new key is made, and {loss}."
            )
        return key

    def _make_secret_key(self, path: Path) -> None:
        """A whole key appears under its name, or the other process's does."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.data_dir, prefix=".secret_key")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
            with suppress(FileExistsError):
                os.link(temporary, path)
        finally:
            Path(temporary).unlink()

    def simulation_key(self) -> str:
        """What a simulated participant shows at the start, in X-Simulation-Key.

        Only who can read the data folder can make simulated sessions.
        """
        return hashlib.sha256(f"simulation {self.secret_key()}".encode()).hexdigest()
