"""Who gets what at every door: a route without a line fails."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from study_server.admin.permissions import (
    ANYONE,
    HALF_LOGGED_IN,
    LEAST_ROLE,
    UNFINISHED_ACCOUNT,
)
from tests.study_server.access.visitors import KINDS, METHODS, House, doors
from tests.study_server.admin.panel import database_of

TABLE = Path(__file__).with_name("routes.txt")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Nobody changes anything in it, so that all tests share it."""
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    database_of(house.app).close()


def expected() -> dict[str, tuple[int, ...]]:
    """`METHOD endpoint` to one status per kind of visitor."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return {f"{r[0]} {r[1]}": tuple(map(int, r[2:])) for r in rows}


def test_every_route_has_a_line_and_every_line_a_route(house: House) -> None:
    """8.9"""
    there = {f"{method} {rule.endpoint}" for rule, method in doors(house.app)}

    assert there == set(expected())


def test_everyone_gets_what_the_table_says(house: House) -> None:
    """8.9"""
    wanted = expected()
    wrong = [
        f"{method} {rule.endpoint}: {kind} got {got}, not {status}"
        for rule, method in doors(house.app)
        for kind, status in zip(KINDS, wanted[f"{method} {rule.endpoint}"], strict=True)
        if (got := house.knock(kind, rule, method)) != status
    ]

    assert wrong == []


def test_the_table_agrees_with_the_roles() -> None:
    """7: each role may what those before it may, and nobody else gets in."""
    for door, statuses in expected().items():
        _, endpoint = door.split()
        if not endpoint.startswith("admin."):
            continue
        name = endpoint.removeprefix("admin.")
        if name in ANYONE:
            continue
        assert statuses[:3] == (303, 303, 303), door
        least = LEAST_ROLE[name]
        for kind, status in zip(KINDS[3:], statuses[3:], strict=True):
            is_let_in = list(type(least)).index(least) <= KINDS[3:].index(kind)
            assert (status == 403) is not is_let_in, door


def test_every_page_of_the_panel_has_a_role(house: House) -> None:
    """8.9: a page that nobody thought about is closed to everyone."""
    names = {
        rule.endpoint.removeprefix("admin.")
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
    }

    assert names == {*LEAST_ROLE, *ANYONE}
    assert {*HALF_LOGGED_IN, *UNFINISHED_ACCOUNT} <= names


def test_every_act_of_a_researcher_is_noted(house: House) -> None:
    """7.13: whatever a POST of the panel does, it writes into the audit log."""
    silent = [
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
        if "note" not in inspect.getsource(house.app.view_functions[rule.endpoint])
    ]

    assert silent == []


def test_no_route_takes_another_method(house: House) -> None:
    odd = [
        rule.endpoint
        for rule in house.app.url_map.iter_rules()
        if set(rule.methods or ()) - {*METHODS, "HEAD", "OPTIONS"}
    ]

    assert odd == []
