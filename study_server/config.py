"""Where the server keeps its things. No Flask."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerConfig:
    """Everything a server process must be told; the rest is in the database."""

    data_dir: Path
    """Folder of database, imported bundles and secret key; made when absent."""

    database_url: str | None = None
    """SQLAlchemy address of the database. None: SQLite inside data_dir."""

    has_https: bool = False
    """Whether participants reach us over HTTPS: cookies are then marked Secure."""

    @property
    def resolved_database_url(self) -> str:
        """The address in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'study.sqlite3'}"

    @property
    def bundles_dir(self) -> Path:
        """Folder of the imported stimulus bundles."""
        return self.data_dir / "bundles"

    def secret_key(self) -> str:
        """The key that signs cookies, made at first use and kept in data_dir.

        Two processes that start at once agree: the file is created exclusively.
        """
        path = self.data_dir / "secret_key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        return path.read_text().strip()

    def simulation_key(self) -> str:
        """What a simulated participant shows at the start, in X-Simulation-Key.

        Only who can read the data folder can make simulated sessions.
        """
        return hashlib.sha256(f"simulation {self.secret_key()}".encode()).hexdigest()
