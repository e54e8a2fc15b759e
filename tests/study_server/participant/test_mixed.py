"""2.2: mixed conditions are named on each trial, in the words of the study."""

import pytest

from study_server.errors import DefinitionError
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import CONDITIONS, tiny_definition

WORDS = {
    "accentuation": "Pictures, each beside a changed one",
    "feature_visualization": "Computed pictures",
    "natural": "Photographs",
    "seed_only": "Pictures, each shown twice",
}
MIXED = {"conditions": list(CONDITIONS), "order": "mixed"}
ENGLISH = {"en": {"conditions": WORDS}}


def test_each_trial_says_what_its_panel_is_called(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(design=MIXED, texts=ENGLISH))
    visitor.begin()

    told = []
    while "next" not in (due := visitor.trial()):
        told.append(due["panel_name"])
        visitor.send(visitor.response(due["trial_id"]))

    assert set(told) == set(WORDS.values())
    runs = [told[i : i + 4] for i in range(2, len(told) - 3)]  # after practice
    assert all(len(set(run)) > 1 for run in runs)


def test_blocked_trials_say_nothing_of_their_condition(visitor: Visitor) -> None:
    visitor.begin()

    assert visitor.trial()["panel_name"] is None


def test_mixed_conditions_without_words_are_refused() -> None:
    few = {"en": {"conditions": {"natural": "Photographs"}}}

    with pytest.raises(DefinitionError, match="has no words for accentuation, feature"):
        tiny_definition(design=MIXED, texts=few)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"crossing": "all", "n_query_pairs": 4}, "goes with crossing = 'lists'"),
        ({"conditions": ["natural"]}, "nothing to mix"),
        ({"panel_sizes": [2, 4]}, "panel_sizes vary between blocks"),
        ({"task": "rating"}, "ratings of one feature follow each other"),
    ],
)
def test_what_cannot_be_mixed_is_refused(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        tiny_definition(design={**MIXED, **changes}, texts=ENGLISH)
