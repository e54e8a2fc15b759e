"""A server without a process of its own, as the tests of the pages have it."""

from tests.study_server.participant.conftest import (
    app,
    clock,
    database,
    make_app,
    visitor,
)

__all__ = ["app", "clock", "database", "make_app", "visitor"]
