"""Prolific's API, as far as we need it; everything works without it, too. No Flask.

Source: docs.prolific.com, API reference.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import httpx

from study_server.errors import RecruitmentError
from study_server.recruitment.secret_store import TOKEN_VARIABLE, SecretStore

logger = logging.getLogger(__name__)

ADDRESS = "https://api.prolific.com/api/v1/"
EVENT_TYPES = (
    "submission.status.change",
    "study.status.change",
    "study.progress.change",
)
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
MOST_ASKED_S = 600.0
"""No longer than this, whatever `Retry-After` says."""
MOST_TRIES = 7
TIMEOUT_S = 20.0
TO_TRY_AGAIN = (429, 500, 502, 503, 504)
CONFIRMATION_HEADER = "X-Hook-Secret"
MAX_SHOWN_CHARACTERS = 300


class ProlificApi:
    """Asks, and waits longer each time when it is told that it asks too often."""

    def __init__(
        self,
        token: str,
        *,
        address: str = ADDRESS,
        sleep: Callable[[float], None] = time.sleep,
        rng: Random | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """
        Args:
            token: of a researcher's account.
            sleep: how to wait, in seconds.
            rng: spreads the pauses, so that two servers do not ask in step.
            transport: how requests travel. None: over the network.
        """
        self._sleep, self._rng = sleep, rng or Random()
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Token {token}"},
            timeout=TIMEOUT_S,
            transport=transport,
        )

    def submissions(self, study_ref: str) -> Iterator[dict[str, Any]]:
        """All submissions of a study on Prolific, page by page."""
        page = 1
        while True:
            answer = self._ask(
                "GET", "submissions/", params={"study": study_ref, "page": page}
            ).json()
            yield from answer["results"]
            if not (answer.get("_links") or {}).get("next", {}).get("href"):
                return
            page += 1

    def set_completion_codes(
        self, study_ref: str, codes: Sequence[Mapping[str, Any]]
    ) -> None:
        """Give a draft on Prolific these codes, in place of its own."""
        self._ask("PATCH", f"studies/{study_ref}/", json={"completion_codes": codes})

    def create_secret(self, workspace_id: str) -> str:
        """A new webhook secret of a workspace; the old one ends."""
        answer = self._ask(
            "POST", "hooks/secrets/", json={"workspace_id": workspace_id}
        )
        return str(answer.json()["value"])

    def subscribe(self, workspace_id: str, event_type: str, target_url: str) -> str:
        """Have events sent to an address of ours, confirmed; returns the id."""
        made = self._ask(
            "POST",
            "hooks/subscriptions/",
            json={
                "workspace_id": workspace_id,
                "event_type": event_type,
                "target_url": target_url,
            },
        )
        subscription_id = str(made.json()["id"])
        if secret := made.headers.get(CONFIRMATION_HEADER):
            self.confirm(subscription_id, secret)
        return subscription_id

    def confirm(self, subscription_id: str, secret: str) -> None:
        """Confirm a subscription by the secret its making was answered with."""
        place = f"hooks/subscriptions/{subscription_id}/"
        self._ask("POST", place, json={"secret": secret})

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _ask(self, method: str, place: str, **content: Any) -> httpx.Response:
        """One request, repeated while the platform is busy or out of reach.

        Raises:
            RecruitmentError: it says no, or is not reached in all tries.
        """
        trouble, asked_s = "", 0.0
        for attempt in range(MOST_TRIES):
            if attempt:
                self._sleep(self._pause_s(attempt, asked_s))
            asked_s = 0.0
            try:
                answer = self._http.request(method, place, **content)
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
                continue
            if answer.status_code not in TO_TRY_AGAIN:
                return _accepted(answer)
            trouble = f"status {answer.status_code}"
            asked_s = _asked_pause_s(answer)
            logger.info("Prolific is busy (%s)", trouble)
        raise RecruitmentError(
            f"Prolific does not answer {method} {place} ({trouble}); try again later, "
            "or go on with codes and its CSV file"
        )

    def _pause_s(self, attempt: int, asked_s: float) -> float:
        grown: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempt - 1))
        return max(asked_s, grown * (0.75 + self._rng.random() / 2))


def prolific_api(store: SecretStore) -> ProlificApi:
    """The client of whose token is stored.

    Raises:
        RecruitmentError: none is.
    """
    token = store.api_token()
    if token is None:
        raise RecruitmentError(
            "there is no API token; `study-server webhook set-token` stores one, or "
            f"set {TOKEN_VARIABLE}"
        )
    return ProlificApi(token)


def _asked_pause_s(answer: httpx.Response) -> float:
    """What `Retry-After` asks for, in seconds; 0 if it says nothing we understand."""
    text = str(answer.headers.get("Retry-After", ""))
    asked_s = float(text) if text.isdecimal() else 0.0
    return min(asked_s, MOST_ASKED_S)


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    advice = "is the token right, and has it the workspace's rights?"
    if answer.status_code not in (401, 403):
        advice = "is the id right?"
    raise RecruitmentError(
        f"Prolific refuses {answer.request.method} {answer.request.url.path} with "
        f"status {answer.status_code}: {answer.text[:MAX_SHOWN_CHARACTERS]!r}; {advice}"
    )
