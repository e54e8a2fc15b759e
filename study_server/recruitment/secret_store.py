"""What platforms and we know of each other, in files beside the database. No Flask."""

import json
import os
import tempfile
from pathlib import Path

from study_server.errors import RecruitmentError

FILE_NAME = "recruitment_secrets.json"
TOKEN_VARIABLE = "PROLIFIC_TOKEN"
"""An environment variable that stands in place of a stored API token."""
MOST_SECRETS = 2
"""A secret and the one before it: messages under way keep their effect."""
MIN_CHARACTERS = 8


class SecretStore:
    """Webhook secrets and API tokens by platform; only the server's user reads them."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    def webhook_secrets(self, platform: str) -> list[str]:
        """The secret, and the one before it; none if none was set."""
        return self._read().get(f"webhook {platform}", [])

    def set_webhook_secret(self, platform: str, secret: str) -> None:
        """Use a new secret; the last one stays valid until the next one comes.

        Raises:
            RecruitmentError: it is too short to be one.
        """
        secrets = [_checked(secret), *self.webhook_secrets(platform)]
        self._write(f"webhook {platform}", list(dict.fromkeys(secrets))[:MOST_SECRETS])

    def forget_webhook_secrets(self, platform: str) -> None:
        """Believe no message of the platform any more."""
        self._write(f"webhook {platform}", [])

    def api_token(self) -> str | None:
        """The token of Prolific's API; None: we do without."""
        stored = self._read().get("token prolific", [])
        return os.environ.get(TOKEN_VARIABLE) or (stored[0] if stored else None)

    def set_api_token(self, token: str) -> None:
        """Use a token for Prolific's API.

        Raises:
            RecruitmentError: it is too short to be one.
        """
        self._write("token prolific", [_checked(token)])

    def _read(self) -> dict[str, list[str]]:
        try:
            found: dict[str, list[str]] = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RecruitmentError(f"{self._path}: cannot be read ({error})") from error
        return found

    def _write(self, name: str, secrets: list[str]) -> None:
        """The whole file is replaced, readable for its owner only."""
        content = {**self._read(), name: secrets}
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".secrets")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(temporary).replace(self._path)


def _checked(secret: str) -> str:
    secret = secret.strip()
    if len(secret) < MIN_CHARACTERS:
        raise RecruitmentError(
            f"a secret has at least {MIN_CHARACTERS} characters; got {len(secret)}. "
            "Copy it whole, without quotation marks"
        )
    return secret
