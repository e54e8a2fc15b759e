"""Columns that stand in several tables."""

from study_server.bundle_kinds import STRATA
from study_server.design.conditions import CONDITIONS
from study_server.design.parts.design import TASKS
from study_server.design.slots import SLOT_GROUPS
from study_server.export.column import Column

OPTIONS = ("left", "right")

SESSION_ID = Column(
    name="session_id",
    type="text",
    meaning="One sitting of one participant: 128 random bits in hex.",
)
PARTICIPANT_ID = Column(
    name="participant_id",
    type="text",
    meaning="Pseudonym of the participant, random; no key to it is exported.",
)
SLOT_INDEX = Column(
    name="slot_index",
    type="integer",
    meaning="Slot of the assignment the session took, from 0.",
)
SLOT_GROUP = Column(
    name="slot_group",
    type="text",
    levels=SLOT_GROUPS,
    meaning="Whether the slot belongs to the crossed design or to the group that "
    "never sees a panel.",
)
TRIAL_ID = Column(
    name="trial_id",
    type="text",
    meaning="One planned trial: 128 random bits in hex.",
)
CORRECT_OPTION = Column(
    name="correct_option",
    type="text",
    levels=OPTIONS,
    meaning="Where the right option stands: left or first, right or second; missing "
    "where one photograph is rated.",
)
IS_CORRECT = Column(
    name="is_correct",
    type="boolean",
    meaning="Whether the choice is the correct option; missing in ratings.",
)
CONFIDENCE = Column(
    name="confidence",
    type="integer",
    range=(1, 3),
    meaning="Confidence in the choice: 1 low, 3 high; missing in ratings.",
)
TASK = Column(
    name="task",
    type="text",
    levels=TASKS,
    meaning="What was asked: a choice between two photographs, a rating of one, a "
    "choice between two covered or two changed copies of one.",
)
FEATURE_ID = Column(
    name="feature_id",
    type="text",
    formula_guard=True,
    meaning="Feature of the network that the trial asked about.",
)
STRATUM = Column(
    name="stratum",
    type="text",
    levels=STRATA,
    meaning="How far the query pair lies from the panels; missing in catch trials.",
)
CONDITION = Column(
    name="condition",
    type="text",
    levels=tuple(CONDITIONS),
    meaning="What the panel beside the query images showed.",
)
N_PANEL_TILES = Column(
    name="n_panel_tiles",
    type="integer",
    range=(0, 24),
    meaning="Size of the panel in images, 0 without one; it varies between blocks "
    "where the study's design has panel_sizes.",
)
QUERY_PAIR_ID = Column(
    name="query_pair_id",
    type="text",
    formula_guard=True,
    meaning="Pair of query images, named by the bundle; missing in catch trials.",
)
ACTIVATION_GAP = Column(
    name="activation_gap",
    type="number",
    unit="percentile points",
    range=(0, 100),
    meaning="Activation percentile of the pair's high image minus that of the low "
    "one; missing in catch trials.",
)
TRIAL_PLACE = (
    Column(
        name="trial_index",
        type="integer",
        meaning="Place of the trial in the session's plan, from 0, practice first.",
    ),
    TASK,
    Column(
        name="block_index",
        type="integer",
        meaning="Block of the trial, from 0; missing for practice.",
    ),
    Column(
        name="practice_round",
        type="integer",
        meaning="Round of practice, from 0; missing outside practice.",
    ),
    Column(
        name="trial_kind",
        type="text",
        levels=("main", "catch", "practice", "repeat"),
        meaning="Only main trials count towards accuracy.",
    ),
    CONDITION,
    N_PANEL_TILES,
    FEATURE_ID,
    QUERY_PAIR_ID,
    STRATUM,
    ACTIVATION_GAP,
)
