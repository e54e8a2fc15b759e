"""The address a server takes: checked, and kept from other servers while it runs."""

import socket
from typing import Self

from study_server.errors import StudyServerError

ADVICE = "choose another with --host and --port (0: any free port)"


class Address:
    """Where a server answers.

    Each of its processes listens on a socket of its own, and the system deals new
    connections out to them evenly (`SO_REUSEPORT`): with one socket for all, whichever
    process is ready first after a start gets most of them, and keeps them. Any server
    that asks for the same could join in, so the address is held before it is shared.
    """

    def __init__(self, host: str, port: int) -> None:
        """
        Args:
            port: 0: any free one.

        Raises:
            StudyServerError: the port is taken or no port, or the host is not ours.
        """
        if not 0 <= port <= 65_535:
            raise StudyServerError(
                f"there is no port {port}, only 0 to 65535; {ADVICE}"
            )
        self._held = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM
        )
        try:
            with socket.create_server((host, port), family=self._held.family) as probe:
                port = probe.getsockname()[1]
            self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._held.bind((host, port))
        except OSError as error:
            self._held.close()
            raise StudyServerError(
                f"cannot serve on {host}, port {port}: {error.strerror}; {ADVICE}"
            ) from error
        shown = f"[{host}]" if ":" in host else host
        self.bind = f"{shown}:{port}"
        """As gunicorn wants it."""
        self.url = f"http://{self.bind}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let others have it."""
        self._held.close()
