"""A browser for simulated participants: cookies, forms, images, JSON. No database."""

import ssl
from types import TracebackType
from typing import Any, Self

import httpx

from study_server.errors import SimulationError
from study_server.simulation.forms import form_with, page_title

SIMULATION_HEADER = "X-Simulation-Key"
TIMEOUT_S = 30.0


class Browser:
    """One participant's browser, open on one page at a time."""

    def __init__(self, url: str, simulation_key: str, tls: ssl.SSLContext) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={SIMULATION_HEADER: simulation_key},
            follow_redirects=True,
            timeout=TIMEOUT_S,
            transport=httpx.HTTPTransport(verify=tls, retries=3),
        )
        self._page: httpx.Response | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    @property
    def page(self) -> str:
        """The HTML of the page that is open."""
        return self._page.text if self._page else ""

    @property
    def address(self) -> str:
        """The path of the page that is open."""
        return self._page.url.path if self._page else ""

    def open(self, path: str) -> str:
        """Go to a page; returns its HTML."""
        self._page = _checked(self._http.get(path))
        return self.page

    def submit(self, control: str, **values: str) -> str:
        """Send the open page's form that has this control; returns the next page."""
        assert self._page is not None
        form = form_with(self.page, control)
        self._page = _checked(
            self._http.request(
                form.method,
                self._page.url.join(form.action),
                data={**form.fields, **values},
                headers={"Origin": _origin(self._page.url)},
            )
        )
        return self.page

    def get_json(self, path: str) -> dict[str, Any]:
        """What a script of the page would fetch."""
        return _object(_checked(self._http.get(path)))

    def post_json(
        self, path: str, content: dict[str, Any], *, csrf_token: str
    ) -> dict[str, Any]:
        """What a script of the page would send."""
        headers = {"X-CSRFToken": csrf_token, "Origin": _origin(self._http.base_url)}
        return _object(_checked(self._http.post(path, json=content, headers=headers)))

    def fetch_image(self, path: str) -> int:
        """Load an image; returns its size in bytes."""
        return len(_checked(self._http.get(path)).content)


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    told = page_title(answer.text).strip()
    raise SimulationError(
        f"{answer.request.method} {answer.request.url.path} was answered with "
        f"{answer.status_code} {answer.reason_phrase}: {told}"
    )


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise SimulationError(
            f"{answer.request.url.path} was expected to answer with a JSON object; "
            f"got {answer.headers.get('Content-Type')} {answer.text[:80]!r}"
        )
    return content


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"
