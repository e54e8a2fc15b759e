"""What the JSON API answers, described once. The API's document is made from it.

A test checks every answer of whole sessions against these.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

HexId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Place = Literal["left", "right", "single"]
Count = Annotated[int, Field(ge=0)]
FeatureTask = Literal["two_alternative", "rating", "occlusion", "manipulation_check"]


class Answered(BaseModel):
    """An answer whose every key is known."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Picture(Answered):
    """An image of a trial. Nothing about it says what is on it."""

    image_id: HexId
    """Random, of this place of this trial alone."""

    n_bytes: Count
    """Length of the file; the same for all options of a study."""

    url: str
    """Served to this session only, while its trial is among the next five."""


class Option(Picture):
    """An image that is asked about."""

    place: Place
    """`left` and `right`, or `single` where one image is rated. Where options are
    stacked, left is the upper one."""


class Trial(Answered):
    """A trial as a participant may know it."""

    trial_id: HexId
    task: FeatureTask
    """`rating` is answered by a rating, all others by choice and confidence."""

    phase: Literal["practice", "main"]
    number: Annotated[int, Field(ge=1)]
    """Within this round of practice, or within the main part."""

    n_trials: Count
    interlude: Literal["practice", "practice_again", "main", "break"] | None
    """What is said before the trial."""

    n_blocks_done: Count
    n_blocks: Count
    n_postponed: Count
    panel_name: str | None
    """What the panel is called; only where a study mixes its conditions."""

    panel: list[Picture]
    """In reading order; empty without a panel."""

    negative_panel: list[Picture]
    """Images that the feature answers to least, in reading order."""

    reference: Picture | None
    """The uncovered image of an occlusion trial."""

    options: list[Option]
    """In display order."""


class Display(Answered):
    """How the study shows its trials; the same for all of them."""

    layout: Literal["panel_left", "panels_both_sides"]
    panel_columns: Annotated[int, Field(ge=1)]
    image_px: int | None
    panel_visibility: Literal["stays", "hidden"]
    buttons_locked_ms: Count
    window_gate: Literal["off", "warn", "block"]
    min_window_width_px: Count
    min_window_height_px: Count
    is_fullscreen_offered: bool
    panel_min_ms: Count
    """The panel is studied alone this long before the options are shown."""

    feedback_delay_ms: Count
    feedback_ms: Count


class DueTrial(Trial):
    """The trial to show now, the same until it is answered."""

    upcoming: list[Trial]
    """Those after it, whose images may be fetched already."""

    has_feedback: bool
    """Whether acknowledgements say what was right, in this part of the session."""

    display: Display
    n_stored: Count
    """Answers of the session that are stored so far."""


class Elsewhere(Answered):
    """There is no trial to show."""

    next: str
    """Address of the page to go to; `GET api/session` says what is due."""


class Score(Answered):
    """What the feedback so far adds up to."""

    of: Literal["part", "block"]
    """Of the main part so far, or of the block that is over."""

    n_correct: Count
    n_answered: Count


class Feedback(Answered):
    """What was right."""

    is_correct: bool | None
    correct_option: Literal["left", "right"] | None
    score: Score | None
    """Only where the study tells it."""


class Acknowledgement(Answered):
    """The response is stored; a repeated request gets the same again."""

    response_id: str
    received_at: str
    n_stored: Count
    is_conflict: bool
    """Another response to the trial was stored before: that one stands."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    """Of the chain of the session's responses. None: only a conflict is stored."""

    feedback: Feedback | None = None
    """Only where the study gives feedback."""


class ErasedAcknowledgement(Answered):
    """The participant had all answers erased: this one is wanted no more."""

    response_id: str
    is_erased: Literal[True]


class ImagesMissingAnswer(Answered):
    """What becomes of a trial whose images cannot be loaded."""

    trial_id: HexId
    is_given_up: bool
    """False: it comes once more, at the end of its block."""


class AliveAnswer(Answered):
    """What a sign of life is told."""

    is_over: bool
    """Whether the session has ended; then no more signs are needed."""


class Refusal(Answered):
    """Nothing was stored or changed."""

    error: str
    """For programs."""

    message: str
    """For people who write programs."""

    next: str | None = None
    """Address of the page to go to."""

    reference: str | None = None
    """Number to quote to whoever runs the server."""

    is_kept: bool | None = None
    """Whether a refused response is kept as it came, for the researcher to read."""


class ConsentText(Answered):
    """The study's first page in one language."""

    language: str
    title: str
    consent: str
    consent_sha256: str


class StudyFacts(Answered):
    """What participants are told before they consent."""

    study_id: str
    version: int
    is_open: bool
    estimated_minutes: int
    contact: str
    languages: list[ConsentText]


class DeviceNeeds(Answered):
    """What the study asks of a window."""

    window_gate: Literal["off", "warn", "block"]
    min_window_width_px: Count
    min_window_height_px: Count


class InstructionsPage(Answered):
    """One page of the instructions."""

    text: str
    page: Annotated[int, Field(ge=1)]
    n_pages: Annotated[int, Field(ge=1)]
    missing_ms: Count
    """Until the last page may be left."""


class Item(Answered):
    """A question on the instructions."""

    question: str
    answers: list[str]


class ComprehensionPage(Answered):
    """The questions on the instructions."""

    items: list[Item]
    n_attempts_left: int


class Question(Answered):
    """One of the study's own questions, with its words."""

    name: str
    kind: Literal["scale", "yes_no", "free_text", "choice"]
    is_required: bool
    levels: list[str]
    """The answers there are; none for free text."""

    text: str
    note: str
    low: str
    high: str
    answers: dict[str, str]
    """Level to its words."""


class Ending(Answered):
    """How the session ended, and what it hands out."""

    outcome: str
    reason: str | None
    code: str | None
    return_url: str | None
    debrief: str | None


class SessionState(Answered):
    """Where a session stands. Keys of other stages are null."""

    stage: str
    is_over: bool
    language: str
    trial_url: str | None
    device: DeviceNeeds | None
    instructions: InstructionsPage | None
    comprehension: ComprehensionPage | None
    questions: list[Question] | None
    ending: Ending | None


class NewSession(SessionState):
    """A session that has just begun."""

    token: str
    """The participant's secret: `Authorization: Bearer TOKEN` from now on."""
