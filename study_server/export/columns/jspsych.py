"""jspsych.csv and jspsych_events.csv: the answers under the names of jsPsych.

For scripts written for data of jsPsych, or for those of the study "imi" (2023).
"""

from dataclasses import replace

from study_server.design.conditions import CONDITIONS
from study_server.export.column import Column
from study_server.export.columns.shared import (
    CONFIDENCE,
    FEATURE_ID,
    IS_CORRECT,
    PARTICIPANT_ID,
    SESSION_ID,
    STRATUM,
    TASK,
    TRIAL_ID,
)

SUBJECT_ID = replace(PARTICIPANT_ID, name="subject_id")
STUDY_ID = Column(
    name="study_id",
    type="text",
    meaning="The study's name in links.",
)
_OF_JSPSYCH = (
    SUBJECT_ID,
    STUDY_ID,
    SESSION_ID,
    Column(
        name="trial_index",
        type="integer",
        meaning="Place of the row among the answers of the session, from 0, in the "
        "order of the trials.",
    ),
    Column(
        name="trial_type",
        type="text",
        levels=("image-button-response", "image-slider-response"),
        meaning="Plug-in of jsPsych that asks alike: a choice, or a rating.",
    ),
    Column(
        name="stimulus",
        type="text",
        meaning="Images asked about in display order, left or top first: a JSON list "
        "of the names that the bundle gives them.",
    ),
    Column(
        name="response",
        type="text",
        meaning="left or right, where right is also the lower one; in a rating, 0 to "
        "100.",
    ),
    Column(
        name="rt",
        type="integer",
        unit="ms",
        meaning="Response time, rounded: rt_ms of the other tables is not.",
    ),
    Column(
        name="time_elapsed",
        type="integer",
        unit="ms",
        meaning="From the start of the session to the answer, by the server's clock.",
    ),
    replace(IS_CORRECT, name="correct"),
)
_OF_IMI = (
    CONFIDENCE,
    Column(
        name="switched_queries",
        type="boolean",
        meaning="Whether the image that drives the feature more stands second; "
        "missing in ratings.",
    ),
    Column(
        name="is_demo",
        type="boolean",
        meaning="Whether it is a practice trial.",
    ),
    Column(
        name="catch_trial",
        type="boolean",
        meaning="Whether it is a catch trial.",
    ),
    Column(
        name="layer",
        type="text",
        formula_guard=True,
        meaning="Layer of the feature; missing if the server no longer has the bundle.",
    ),
    Column(
        name="channel",
        type="integer",
        meaning="Unit of the layer; missing for a feature that is no single unit, and "
        "as layer is.",
    ),
    Column(
        name="mode",
        type="text",
        levels=tuple(CONDITIONS),
        meaning="What the panel showed: condition of the other tables.",
    ),
    Column(
        name="model",
        type="text",
        formula_guard=True,
        meaning="Network the feature belongs to; missing as layer is.",
    ),
)
_OURS = (TASK, FEATURE_ID, STRATUM, TRIAL_ID)
JSPSYCH = (*_OF_JSPSYCH, *_OF_IMI, *_OURS)

JSPSYCH_EVENTS = (
    SUBJECT_ID,
    STUDY_ID,
    SESSION_ID,
    Column(
        name="event",
        type="text",
        levels=(
            "blur",
            "focus",
            "fullscreenenter",
            "fullscreenexit",
            "hidden",
            "visible",
            "resize",
            "zoom",
        ),
        meaning="What happened to the page; the first four as jsPsych names them.",
    ),
    Column(
        name="trial",
        type="integer",
        meaning="trial_index of jspsych.csv.",
    ),
    Column(
        name="time",
        type="integer",
        unit="ms",
        meaning="By the page's clock, rounded; negative for what a reload cut off.",
    ),
)
