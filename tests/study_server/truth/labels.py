"""Every word by which a bundle or a plan could give the right option away (5.4)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from itsdangerous import BadPayload, URLSafeSerializer
from sqlalchemy import select

from study_server.bundle_kinds import KINDS, STRATA
from study_server.db import Database
from study_server.design.conditions import CONDITIONS
from study_server.models import Trial
from tests.study_server.truth.recorder import Answer, strings_in

WORDS = {
    *CONDITIONS,
    *(KINDS - {"occlusion"}),  # a task, too
    *STRATA,
    *("catch", "repeat", "target", "distractor", "correct", "stimulus", "activation"),
    *("condition", "stratum", "percentile", "trial_kind", "query_pair", "layer"),
}
"""What names a kind of thing, whatever the bundle."""

LABEL_KEYS = frozenset(
    {
        *("feature_id", "label", "layer", "stimulus_id", "class_label", "sha256"),
        *("seed_image_id", "query_pair_id", "bundle_id", "kind", "file", "stratum"),
    }
)
"""Keys of a manifest whose values are labels."""

PLAN_COLUMNS = (
    *("feature_id", "query_pair_id", "target_stimulus_id", "distractor_stimulus_id"),
    *("condition", "stratum"),
)
SAME_FOR_ALL = frozenset({"Content-Type", "Date", "Content-Length"})
"""Headers that say no more than that there is a body, of which kind and how long."""
TASK_NAMES = frozenset({"occlusion"})
"""A kind of image named as the task, which the participant is doing anyway."""
MIN_CHARACTERS = 4
"""Shorter labels stand by chance inside the 32 random digits of an id."""


def bundle_labels(folder: Path) -> set[str]:
    """The words of a bundle's manifest that say what is on its images."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return _usable({str(value) for value in _values_of(manifest)})


def plan_labels(database: Database) -> set[str]:
    """The words of all stored plans."""
    with database.read() as db:
        trials = db.scalars(select(Trial)).all()
    found = {str(getattr(trial, name)) for trial in trials for name in PLAN_COLUMNS}
    return _usable(found - {"None"})


def leaks(answers: Iterable[Answer], labels: set[str]) -> list[str]:
    """Where a label stands in the JSON, URL or headers of an answer.

    Pages are not searched: their words are the study's own, the same for everyone,
    which is proven elsewhere; nor are pictures, which hold pixels alone.
    """
    searched = [
        (answer, place, text.lower())
        for answer in answers
        for place, text in _searched(answer)
    ]
    everything = "\n".join({text for _, _, text in searched})
    sent = [label for label in sorted(labels) if label.lower() in everything]
    return [
        f"{answer.method} {answer.path}: {label!r} in {place}"
        for answer, place, text in searched
        for label in sent
        if label.lower() in text
    ]


def _searched(answer: Answer) -> list[tuple[str, str]]:
    places = [("its URL", answer.path)]
    places += [
        (f"header {name}", f"{name}: {_readable(value)}")
        for name, value in answer.headers
        if name not in SAME_FOR_ALL and name not in FIXED_HEADERS
    ]
    if answer.kind == "application/json":
        content = {**answer.json()}
        if answer.method == "POST":
            content.pop("feedback", None)  # after the answer it may tell
        places += [("its JSON", text) for text in strings_in(content)]
    return places


def _readable(header: str) -> str:
    """A signed cookie's content instead of its base64, in which chance writes words."""
    name, _, rest = header.partition("=")
    signed, _, attributes = rest.partition(";")
    try:
        content = URLSafeSerializer("any key").load_payload(
            signed.rsplit(".", 2)[0].encode()
        )
    except BadPayload:
        return header
    return f"{name}={content};{attributes}"


FIXED_HEADERS = frozenset(
    {
        *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"),
        *("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
        *("Permissions-Policy", "Cache-Control", "Vary"),
    }
)
"""Headers that must be the same on all answers of one kind; a test compares them."""


def _values_of(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        for key, held in value.items():
            if key in LABEL_KEYS:
                yield held
            else:
                yield from _values_of(held)
    elif isinstance(value, list):
        for held in value:
            yield from _values_of(held)


def _usable(labels: set[str]) -> set[str]:
    return {label for label in labels if len(label) >= MIN_CHARACTERS} - TASK_NAMES
