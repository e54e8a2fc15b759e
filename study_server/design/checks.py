"""Whether the tables of a study.toml fit together. Pure.

Each check needs some tables and runs when those are valid by themselves, so that a
fault in one table hides no other.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from study_server.design.conditions import NO_PANEL
from study_server.design.counts import count_faults
from study_server.design.design_faults import design_faults
from study_server.design.faults import Fault
from study_server.design.nearest import no_such
from study_server.design.outcome_checks import (
    lease_faults,
    outcome_faults,
    platform_faults,
)
from study_server.design.parts.base import repeated
from study_server.design.parts.design import DesignPart
from study_server.design.parts.display import DisplayPart
from study_server.design.parts.questions import (
    LanguagesPart,
    PausePart,
    QuestionPart,
    QuotaPart,
)
from study_server.design.parts.session import (
    CatchPart,
    ComprehensionPart,
    MainPart,
    PracticePart,
)
from study_server.design.parts.study import StudyPart
from study_server.design.parts.texts import Texts

Faults = Iterator[Fault]


def cross_faults(parts: Mapping[str, Any]) -> list[Fault]:
    """What does not fit, of the tables that are valid by themselves."""
    return [
        fault
        for needs, check in CHECKS
        if all(need in parts for need in needs)
        for fault in check(*(parts[need] for need in needs))
    ]


def _design(design: DesignPart) -> Faults:
    for key, message in design_faults(design):
        yield Fault(("design", key), message)


def _layout(design: DesignPart, display: DisplayPart) -> Faults:
    has_two = display.layout == "panels_both_sides"
    if has_two != design.has_negative_panel:
        yield Fault(
            ("display", "layout"),
            "'panels_both_sides' goes with design.has_negative_panel = true, and "
            f"'panel_left' with false; got {display.layout!r} with "
            f"{str(design.has_negative_panel).lower()}",
        )


def _practice(design: DesignPart, practice: PracticePart) -> Faults:
    n_features = len(design.practice_features)
    if practice.n_trials == 0:
        return
    if n_features == 0:
        yield Fault(
            ("design", "practice_features"),
            "should have at least 1 item, or practice.n_trials must be 0; got none",
        )
    n_trials = practice.n_trials or len(design.conditions)
    if n_features > n_trials * practice.max_rounds:
        yield Fault(
            ("design", "practice_features"),
            f"names {n_features} features, but practice has only "
            f"{n_trials * practice.max_rounds} trials; name fewer",
        )


def _repeats(design: DesignPart, main: MainPart) -> Faults:
    if design.order == "mixed" and main.n_repeats:
        yield Fault(
            ("main", "n_repeats"),
            "repeats stand at the end of a condition's blocks; with design.order = "
            "'mixed' there are none, so set it to 0",
        )


def _catch(design: DesignPart, catch: CatchPart) -> Faults:
    wanted = catch.n_trials or catch.per_block
    if wanted and design.task in ("rating", "manipulation_check"):
        yield Fault(
            ("catch",),
            f"the task {design.task!r} has no catch trials; take per_block and "
            "n_trials out or set them to 0",
        )
    if wanted and design.task == "occlusion" and not catch.features:
        yield Fault(
            ("catch", "features"),
            "no tile of a panel can be an option of the task 'occlusion'; name the "
            "easy features of its catch trials",
        )
    used = set(design.practice_features) | set(design.features or ())
    if both := sorted(used & set(catch.features)):
        yield Fault(
            ("catch", "features"),
            f"{', '.join(map(repr, both))} is also used in practice or main trials; "
            "take it out of one",
        )


def _counts(design: DesignPart, catch: CatchPart) -> Faults:
    if design.features is not None and not design_faults(design):
        yield from count_faults(design, catch, n_features=len(design.features))


def _pauses(
    questions: tuple[QuestionPart, ...], pauses: tuple[PausePart, ...]
) -> Faults:
    asked = {question.name: question for question in questions}
    for number, pause in enumerate(pauses):
        if pause.question is not None and pause.question not in asked:
            yield Fault(
                ("pauses", number, "question"),
                no_such("question", pause.question, asked),
            )


def _quotas(
    questions: tuple[QuestionPart, ...], quotas: tuple[QuotaPart, ...]
) -> Faults:
    for name in repeated([question.name for question in questions]):
        yield Fault(("questions",), f"{name!r} is named twice; take one of them out")
    screening = {q.name: q for q in questions if q.stage == "screening"}
    for number, quota in enumerate(quotas):
        question = screening.get(quota.question)
        if question is None or question.kind != "choice":
            yield Fault(
                ("quotas", number, "question"),
                no_such(
                    "question of kind 'choice' and stage 'screening' named",
                    quota.question,
                    screening,
                ),
            )
        elif quota.answer not in question.choices:
            yield Fault(
                ("quotas", number, "answer"),
                no_such("choice", quota.answer, question.choices),
            )


def _languages(
    study: StudyPart, languages: LanguagesPart, texts: dict[str, Texts]
) -> Faults:
    offered = languages.offered or (study.language,)
    if study.language not in offered:
        yield Fault(
            ("languages", "offered"),
            f"must hold the study's own language {study.language!r}; got "
            f"{', '.join(offered)}",
        )
    for language in texts:
        if language not in (*offered, study.language):
            yield Fault(
                ("texts", language),
                f"is not offered; add {language!r} to languages.offered or take its "
                "texts out",
            )


def _comprehension(comprehension: ComprehensionPart, texts: dict[str, Texts]) -> Faults:
    for language, text in texts.items():
        if len(text.comprehension) < comprehension.n_items:
            yield Fault(
                ("comprehension", "n_items"),
                f"is {comprehension.n_items}, but the texts in {language!r} have "
                f"{len(text.comprehension)} items; add some or ask for fewer",
            )


def _panel_names(design: DesignPart, texts: dict[str, Texts]) -> Faults:
    """2.2: mixed conditions are named on each trial."""
    if design.order == "blocked":
        return
    bare = [NO_PANEL] if design.none_share or design.none_after_slots else []
    shown = dict.fromkeys([*design.conditions, *design.foils, *bare])
    for language, text in texts.items():
        if without := [name for name in shown if name not in text.conditions]:
            yield Fault(
                ("texts", language, "conditions"),
                f"has no words for {', '.join(without)}, and with design.order = "
                "'mixed' each trial says what its condition is called; add them under "
                f"[texts.{language}.conditions], or set order to 'blocked'",
            )


def _question_texts(
    questions: tuple[QuestionPart, ...], texts: dict[str, Texts]
) -> Faults:
    for language, text in texts.items():
        for question in questions:
            words = text.questions.get(question.name)
            if words is None:
                yield Fault(
                    ("texts", language, "questions"),
                    f"has no words for the question {question.name!r}; add "
                    f"[texts.{language}.questions.{question.name}] with its text",
                )
                continue
            answers = ("yes", "no") if question.kind == "yes_no" else question.choices
            if without := [name for name in answers if name not in words.answers]:
                yield Fault(
                    ("texts", language, "questions", question.name),
                    f"has no words for the answers {', '.join(without)}; add them "
                    "under answers",
                )


CHECKS: tuple[tuple[tuple[str, ...], Callable[..., Faults]], ...] = (
    (("design",), _design),
    (("design", "display"), _layout),
    (("design", "practice"), _practice),
    (("design", "main"), _repeats),
    (("design", "catch"), _catch),
    (("design", "catch"), _counts),
    (("study", "outcomes"), outcome_faults),
    (("recruitment", "study", "outcomes"), platform_faults),
    (("recruitment", "study", "timing"), lease_faults),
    (("questions", "quotas"), _quotas),
    (("questions", "pauses"), _pauses),
    (("study", "languages", "texts"), _languages),
    (("comprehension", "texts"), _comprehension),
    (("design", "texts"), _panel_names),
    (("questions", "texts"), _question_texts),
)
"""Tables a check needs, and the check."""
