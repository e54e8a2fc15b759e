"""Many participants at once, each in a thread of its own. No Flask, no database."""

import threading
from collections.abc import Callable
from random import Random

from study_server.endurance.ledger import Ledger
from study_server.endurance.link import Link
from study_server.endurance.study import STUDY_ID
from study_server.endurance.taker import EnduranceError, Pace, Taker

STACK_BYTES = 512 * 1024
"""Of a thread: a thousand of them are few hundred MB that are never touched."""

MakeLink = Callable[[Random], Link]


class Crowd:
    """Participants who take the endurance study side by side."""

    def __init__(
        self,
        make_link: MakeLink,
        simulation_key: str,
        ledger: Ledger,
        *,
        rng_seed: int,
        pace: Pace,
        is_over: Callable[[], bool],
    ) -> None:
        self._make_link = make_link
        self._simulation_key = simulation_key
        self._ledger = ledger
        self._rng_seed = rng_seed
        self._pace = pace
        self._is_over = is_over

    def take_one_each(
        self, n_participants: int, *, when_enrolled: Callable[[Random], None]
    ) -> None:
        """One session each; all have consented before the first answers.

        Args:
            when_enrolled: called by each once all are; may wait.
        """
        gate = threading.Barrier(n_participants)

        def take(number: int) -> None:
            rng = self._rng(number)
            taker = self._taker(rng)
            try:
                try:
                    taker.enrol()
                finally:
                    gate.wait()
                when_enrolled(rng)
                taker.answer_trials(self._pace)
            finally:
                taker.close()

        self._together(n_participants, take)

    def take_until_over(self, n_participants: int) -> None:
        """Session after session, until it is over for everyone."""

        def take(number: int) -> None:
            rng = self._rng(number)
            while not self._is_over():
                taker = self._taker(rng)
                try:
                    taker.enrol()
                    taker.answer_trials(self._pace)
                finally:
                    taker.close()

        self._together(n_participants, take)

    def _together(self, n_participants: int, take: Callable[[int], None]) -> None:
        def note_failure(number: int) -> None:
            try:
                take(number)
            except EnduranceError as error:
                if not self._is_over():
                    self._ledger.fail(str(error))
            except Exception as error:  # noqa: BLE001  # a thread's end is silent
                self._ledger.fail(repr(error))

        before = threading.stack_size(STACK_BYTES)
        threads = [
            threading.Thread(target=note_failure, args=(number,), daemon=True)
            for number in range(n_participants)
        ]
        try:
            for thread in threads:
                thread.start()
        finally:
            threading.stack_size(before)
        for thread in threads:
            thread.join()

    def _rng(self, number: int) -> Random:
        return Random(f"{self._rng_seed} {number}")

    def _taker(self, rng: Random) -> Taker:
        return Taker(
            self._make_link(rng),
            STUDY_ID,
            self._simulation_key,
            self._ledger,
            rng,
            is_over=self._is_over,
        )
