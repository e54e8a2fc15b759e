"""Finds the forms of a page, as a browser would. No HTTP."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from study_server.errors import SimulationError

TEXT_ELEMENTS = {"input", "textarea"}


@dataclass(slots=True)
class Form:
    """One form: where it goes and what it sends if nothing is touched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """Hidden and pre-filled fields; what a person would choose is not in it."""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of the submit buttons that have a name."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Values of radio buttons and checkboxes, by name."""


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = found.get("method", "get").lower()
            self.forms.append(Form(found.get("action", ""), method))
            self._is_inside = True
        elif self._is_inside and found.get("name"):
            _add_control(self.forms[-1], tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False


def find_forms(page: str) -> list[Form]:
    """All forms of an HTML page, in order."""
    parser = _FormParser()
    parser.feed(page)
    return parser.forms


def form_with(page: str, name: str) -> Form:
    """The form that has a control of this name.

    Raises:
        SimulationError: the page has none; the study went another way.
    """
    for form in find_forms(page):
        named = {*form.fields, *form.choices, *(button for button, _ in form.buttons)}
        if name in named:
            return form
    raise SimulationError(
        f"the page has no form with {name!r}; the server shows something else than a "
        f"simulated participant expects: {page_title(page)!r}"
    )


def page_title(page: str) -> str:
    """What stands in the title bar."""
    before, _, after = page.partition("<title>")
    return after.partition("</title>")[0].strip() if after else before[:80]


def _add_control(form: Form, tag: str, found: dict[str, str]) -> None:
    name, value, kind = found["name"], found.get("value", ""), found.get("type", "")
    if tag == "button" or kind == "submit":
        form.buttons.append((name, value))
    elif kind in ("radio", "checkbox"):
        form.choices.setdefault(name, []).append(value)
    elif tag in TEXT_ELEMENTS:
        form.fields[name] = value
