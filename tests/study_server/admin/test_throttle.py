"""Guessing passwords gets slow, logging in does not."""

from study_server.admin.throttle import FREE_FAILURES, WINDOW_S, LoginThrottle


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(throttle: LoginThrottle, *keys: str, times: int) -> None:
    for _ in range(times):
        assert throttle.admit(*keys) == 0


def test_five_failures_are_free_and_the_sixth_attempt_waits() -> None:
    throttle = LoginThrottle(Clock())

    fail(throttle, "ada", times=FREE_FAILURES)

    assert throttle.admit("ada") == 30


def test_the_wait_doubles_with_every_further_failure() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    fail(throttle, "ada", times=FREE_FAILURES)

    clock.now += 30
    fail(throttle, "ada", times=1)

    assert throttle.admit("ada") == 60


def test_a_refused_attempt_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    fail(throttle, "ada", times=FREE_FAILURES)

    clock.now += 20
    throttle.admit("ada")

    assert throttle.admit("ada") == 10


def test_one_address_cannot_try_many_accounts() -> None:
    throttle = LoginThrottle(Clock())

    for name in range(FREE_FAILURES):
        fail(throttle, "address 10.0.0.1", f"account {name}", times=1)

    assert throttle.admit("address 10.0.0.1", "account new") > 0
    assert throttle.admit("address 10.0.0.2", "account new") == 0


def test_a_login_that_succeeds_is_forgiven() -> None:
    throttle = LoginThrottle(Clock())
    fail(throttle, "ada", times=FREE_FAILURES)

    throttle.forgive("ada")

    assert throttle.admit("ada") == 0


def test_failures_are_forgotten_after_the_window() -> None:
    clock = Clock()
    throttle = LoginThrottle(clock)
    fail(throttle, "ada", times=FREE_FAILURES)

    clock.now += WINDOW_S

    fail(throttle, "ada", times=FREE_FAILURES)
