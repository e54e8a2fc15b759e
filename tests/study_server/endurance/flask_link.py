"""The link of an endurance participant to an application in the same process."""

from collections.abc import Mapping

from study_server import create_app
from study_server.config import ServerConfig
from study_server.endurance.link import Answer


class FlaskLink:
    """Carries requests to Flask's own client: no socket, no thread."""

    def __init__(self, config: ServerConfig) -> None:
        self._client = create_app(config).test_client(use_cookies=False)

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """See `Link`."""
        answer = self._client.open(
            path, method=method, data=body, headers=dict(headers)
        )
        return Answer(answer.status_code, answer.get_data())

    def close(self) -> None:
        """Nothing is open."""
