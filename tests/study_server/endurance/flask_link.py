"""The link of an endurance participant to an application in the same process."""

from collections.abc import Mapping

from werkzeug.test import EnvironBuilder, run_wsgi_app

from study_server import create_app
from study_server.config import ServerConfig
from study_server.endurance.link import Answer


class FlaskLink:
    """Calls the application: no socket, no thread; threads may share it."""

    def __init__(self, config: ServerConfig) -> None:
        self._app = create_app(config)

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """See `Link`."""
        builder = EnvironBuilder(
            path, method=method, data=body, headers=[*headers.items()]
        )
        chunks, status, _ = run_wsgi_app(
            self._app, builder.get_environ(), buffered=True
        )
        return Answer(int(status.partition(" ")[0]), b"".join(chunks))

    def send_and_leave(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> None:
        """See `WireLink`."""
        self.ask(method, path, body, headers)

    def close(self) -> None:
        """Nothing is open."""
