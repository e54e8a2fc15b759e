"""Forms are found as a browser would find them."""

import pytest

from study_server.errors import SimulationError
from study_server.simulation.forms import form_with

PAGE = """
<title>Welcome</title>
<input name="outside" value="not in a form">
<form method="POST" action="start">
  <input type="hidden" name="csrf_token" value="a&amp;b">
  <input type="checkbox" name="consent" value="yes">
  <textarea name="words"></textarea>
  <button type="submit">Start</button>
</form>
<form action="/elsewhere"><button name="wish" value="keep">Keep</button></form>
"""


def test_a_form_sends_what_is_filled_in_and_not_what_must_be_chosen() -> None:
    form = form_with(PAGE, "consent")

    assert (form.action, form.method) == ("start", "post")
    assert form.fields == {"csrf_token": "a&b", "words": ""}
    assert form.choices == {"consent": ["yes"]}


def test_a_form_is_found_by_its_button() -> None:
    assert form_with(PAGE, "wish").action == "/elsewhere"


@pytest.mark.parametrize("name", ["outside", "unheard_of"])
def test_a_page_without_the_form_is_named_by_its_title(name: str) -> None:
    with pytest.raises(SimulationError, match="'Welcome'"):
        form_with(PAGE, name)
