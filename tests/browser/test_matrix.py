"""3.10–3.12: whole sessions of every task and preset, by one device alone.

What is walked here covers every pair of device, window and language;
`python -m tests.benchmarks.session_matrix` walks them all.
"""

from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.matrix import LANGUAGES, WINDOWS, Case, covering_cases, every_case
from tests.browser.person import DEVICES
from tests.browser.seats import Hall, open_studies
from tests.browser.studies import definition_of, study_names
from tests.browser.walk import walk

OF_TRIALS = frozenset({"device", "pause-room", "trial", "feedback", "screened-out"})
"""The pages that change with study and window; `test_pages.py` looks at the others."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with open_studies(folder, [definition_of(name) for name in study_names()]) as made:
        yield made


@pytest.mark.parametrize("case", covering_cases(study_names()), ids=str)
def test_a_whole_session_can_be_taken(
    browser: Browser, large_text_browser: Browser, hall: Hall, case: Case
) -> None:
    is_large = WINDOWS[case.size].text_px > 16
    chosen = large_text_browser if is_large else browser

    n_answers = walk(chosen, hall, case, names=OF_TRIALS)

    assert n_answers >= 4


def test_each_study_and_each_pair_of_device_window_and_language_is_walked() -> None:
    cases = covering_cases(study_names())
    values = [(case.device, case.size, case.language) for case in cases]

    assert {case.study for case in cases} == set(study_names())
    for a, b in combinations(range(3), 2):
        every = product(*((DEVICES, WINDOWS, LANGUAGES)[k] for k in (a, b)))
        assert {(value[a], value[b]) for value in values} == set(every)


def test_the_full_product_has_every_case_once() -> None:
    cases = every_case(study_names())

    assert len(cases) == len(set(cases)) == 9 * 3 * 4 * 2
    assert set(covering_cases(study_names())) <= set(cases)
