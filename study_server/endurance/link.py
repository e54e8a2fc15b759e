"""One participant's connection: real sockets, kept open between requests.

The standard library's client costs a fraction of a full-grown one, so that what is
measured is the server and not the one who asks. No Flask, no database.
"""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

TIMEOUT_S = 20.0
"""As the trial runner's."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    def content(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


class LinkError(Exception):
    """No answer came: nobody knows whether the request arrived."""


class Link(Protocol):
    """Something that carries a request to the server and an answer back."""

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            LinkError: no answer came.
        """

    def close(self) -> None:
        """Give the connection back."""


class WireLink(Link, Protocol):
    """A link that can be left in the middle of a request."""

    def send_and_leave(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> None:
        """Send a request whole and hang up before the answer comes.

        Raises:
            LinkError: not even that was possible.
        """


class SocketLink:
    """A kept-alive HTTP connection."""

    def __init__(self, url: str) -> None:
        """
        Args:
            url: http://HOST:PORT.
        """
        address = urlsplit(url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(
            address.hostname, address.port, timeout=TIMEOUT_S
        )

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """See `Link`."""
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
            return Answer(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise LinkError(str(error) or type(error).__name__) from error

    def send_and_leave(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> None:
        """See `WireLink`."""
        try:
            self._connection.request(method, path, body, dict(headers))
            time.sleep(0)  # the request is out; whoever serves it may begin
        except (OSError, http.client.HTTPException) as error:
            raise LinkError(str(error) or type(error).__name__) from error
        finally:
            self._connection.close()

    def close(self) -> None:
        """See `Link`."""
        self._connection.close()
