"""A proxy that repeats, delays and reorders the answers it passes on."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random

import httpx
from flask import Flask

LONGEST_DELAY_S = 0.03


class FaultyLink(httpx.BaseTransport):
    """Sends each answer one to three times; the reply passed on is any of them."""

    def __init__(self, app: Flask, rng: Random) -> None:
        self._server = httpx.WSGITransport(app=app)
        self._rng = rng
        self._pool = ThreadPoolExecutor(8)
        self._late: list[tuple[bytes, Future[bytes]]] = []
        self.n_sent = 0
        self.answers_differed: list[tuple[bytes, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on; those that are no answers once and at once."""
        content = request.read()
        if not request.url.path.endswith("/api/responses"):
            return self._server.handle_request(request)
        copies = [
            self._pool.submit(self._send, request, content, self._delay_s())
            for _ in range(self._rng.randint(1, 3))
        ]
        self.n_sent += len(copies)
        told = self._rng.choice(copies).result()
        self._late += [(told, copy) for copy in copies]
        return httpx.Response(200, content=told)

    def finish(self) -> None:
        """Wait for what is still on its way, and compare what was told."""
        for told, copy in self._late:
            if copy.result() != told:
                self.answers_differed.append((told, copy.result()))
        self._pool.shutdown()

    def _delay_s(self) -> float:
        return self._rng.random() * LONGEST_DELAY_S

    def _send(self, request: httpx.Request, content: bytes, delay_s: float) -> bytes:
        time.sleep(delay_s)
        copy = httpx.Request(
            request.method, request.url, headers=request.headers, content=content
        )
        answer = self._server.handle_request(copy)
        assert answer.status_code == 200, answer.read()
        return answer.read()
