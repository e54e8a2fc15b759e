"""3.20: every string of the interface, in every language."""

import json
import re
from pathlib import Path

import pytest

import study_server
from study_server.catalogue import (
    built_in,
    built_in_languages,
    complete,
    for_script,
    placeholders,
    thaw,
)
from study_server.errors import DefinitionError

PACKAGE = Path(study_server.__file__).parent
PAGES = sorted((PACKAGE / "templates" / "participant").glob("*.html"))
SCRIPTS = sorted((PACKAGE / "static").glob("**/*.js"))
ENGLISH = built_in("en").strings
ASKED_FOR = re.compile(r"""\b(?:t|say)\(\s*["'`]([\w.]+)["'`]\s*[,)]""")
COMPOSED = re.compile(r"""\b(?:t|say)\(\s*["'`]([\w.]+)(?:["']\s*~|\$\{)""")
NO_WORDS = (
    r"{% block \w+_class %}.*?{% endblock %}",
    r"{% set \w+ %}.*?{% endset %}",
    r"{#.*?#}|{%.*?%}|{{.*?}}",
)
"""What a template holds besides its text: names of classes, code."""


def names_used() -> set[str]:
    """Names that pages and scripts ask for, those composed of two parts spelled out."""
    found: set[str] = set()
    for path in (*PAGES, *SCRIPTS, *PACKAGE.glob("**/*.py")):
        source = path.read_text(encoding="utf-8")
        found |= set(ASKED_FOR.findall(source))
        for start in COMPOSED.findall(source):
            found |= {name for name in ENGLISH if name.startswith(start)}
    return found


@pytest.mark.parametrize("language", built_in_languages())
def test_every_language_has_every_string_with_its_placeholders(language: str) -> None:
    strings = built_in(language).strings

    assert strings.keys() == ENGLISH.keys()
    for name, text in strings.items():
        assert placeholders(text) == placeholders(ENGLISH[name]), name
        assert text
        assert "  " not in text, name


def test_every_string_that_is_asked_for_exists() -> None:
    assert names_used() - ENGLISH.keys() == set()


def test_german_repeats_no_english_sentence() -> None:
    german = built_in("de").strings
    same = {text for name, text in german.items() if text == ENGLISH[name]}

    assert {text for text in same if re.search(r"\w \w", text)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_has_words_of_its_own(page: Path) -> None:
    """Words stand in the catalogue or in the study's texts, never in a template."""
    source = page.read_text()
    for no_words in NO_WORDS:
        source = re.sub(no_words, "", source, flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', source)
    text = " ".join([re.sub(r"<[^>]*>", " ", source), *labels])

    assert re.findall(r"[^\W\d_]{2,}", text) == []


def test_a_studys_own_string_stands_before_the_built_in_one() -> None:
    own = complete("de", {"stop.title": "Schluss?"})

    assert own.say("stop.title") == "Schluss?"
    assert own.say("stop.go_on") == built_in("de").say("stop.go_on")


def test_every_fault_of_own_strings_is_named_at_once() -> None:
    own = {"stop.titel": "x", "landing.duration": "{hours} h", "stop.lead": "a } b"}

    with pytest.raises(DefinitionError) as caught:
        complete("de", own)

    assert "3 faults" in str(caught.value)
    assert "close names: stop.title" in str(caught.value)
    assert "no value is given for hours" in str(caught.value)


def test_an_unknown_language_needs_every_string() -> None:
    with pytest.raises(DefinitionError, match=r"stop\.title: missing"):
        complete("fr", {"language.direction": "ltr"})

    assert complete("fr", ENGLISH).language == "fr"


def test_a_string_added_since_a_study_was_frozen_is_built_in() -> None:
    frozen = {"stop.title": "Schluss?", "language.direction": "ltr"}

    thawed = thaw("de", frozen)

    assert thawed.say("stop.title") == "Schluss?"
    assert thawed.say("stop.go_on") == "Nein, weitermachen"


def test_a_missing_placeholder_or_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        built_in("en").say("landing.duration")
    with pytest.raises(KeyError):
        built_in("en").say("landing.nothing")


def test_strings_for_a_script_cannot_end_it() -> None:
    text = for_script({"a": "</script><b>"})

    assert "<" not in text
    assert json.loads(text) == {"a": "</script><b>"}
