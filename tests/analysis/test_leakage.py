"""A panel that gives the answer away is found, and fails the run."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.leakage import far_pairs_of_a_shown_class, near_copies, shown_together
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

TRIALS = pd.DataFrame(
    {
        "stratum": ["far", "far", "near"],
        "panel_stimulus_ids": ["a|b", "a|b", None],
        "target_stimulus_id": ["q", "q", "a"],
        "distractor_stimulus_id": ["r", None, "b"],
    }
)
HASHES = {"a": "00000000000000ff", "b": "ffffffff00000000", "r": "0f0f0f0f0f0f0f0f"}


def stimuli(q_hash: str, q_class: str = "cat") -> pd.DataFrame:
    hashes = {**HASHES, "q": q_hash}
    classes = {"a": "dog", "b": "brick", "r": None, "q": q_class}
    return pd.DataFrame(
        {
            "stimulus_id": list(hashes),
            "perceptual_hash": list(hashes.values()),
            "class_label": [classes[name] for name in hashes],
        }
    )


def test_only_what_stood_beside_a_query_counts() -> None:
    together = shown_together(TRIALS)

    found = sorted(together[["query", "tile"]].itertuples(index=False, name=None))
    assert found == [("q", "a"), ("q", "b"), ("r", "a"), ("r", "b")]


@pytest.mark.parametrize(
    ("q_hash", "expected"),
    [
        ("00000000000000ff", [("q", "a", 0, True)]),
        ("00000000000000f0", [("q", "a", 4, True)]),
        ("0000000000000001", [("q", "a", 7, False)]),
        ("0000000000000300", []),  # ten bits apart
    ],
)
def test_a_copy_differs_in_at_most_four_bits_and_a_likeness_in_nine(
    q_hash: str, expected: list[tuple[str, str, int, bool]]
) -> None:
    """11.6"""
    found = near_copies(shown_together(TRIALS), stimuli(q_hash))

    assert list(found.itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize(("q_class", "n"), [("cat", 0), ("dog", 1)])
def test_far_pairs_share_no_class_with_a_tile(q_class: str, n: int) -> None:
    """11.6"""
    table = stimuli("1111111111111111", q_class)

    assert far_pairs_of_a_shown_class(shown_together(TRIALS), table) == n


def described(tables: Tables, q_hash: str) -> Tables:
    """The same study, its images described: c is the tile, a and b are asked about."""
    hashes = {"a": q_hash, "b": "0f0f0f0f0f0f0f0f", "c": "00000000000000ff"}
    rows = [
        {"stimulus_id": 32 * name, "class_label": name, "perceptual_hash": text}
        for name, text in hashes.items()
    ]
    return {**tables, "stimuli": pd.DataFrame(rows)}


@pytest.mark.parametrize(
    ("q_hash", "code"), [("00000000000000fe", 1), ("ffffffff0f0f0f0f", 0)]
)
def test_a_planted_near_copy_fails_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], q_hash: str, code: int
) -> None:
    """11.6"""
    tables = draw_tables(SyntheticStudy(n_participants=4, n_features=4))
    path = write_zip(tmp_path / "e.zip", described(tables, q_hash), exclusions=())
    arguments = ["report", str(path), "--out", str(tmp_path / "r")]

    assert main([*arguments, "--figure-formats", "svg"]) == code

    assert ("nearly equal a tile" in capsys.readouterr().err) is bool(code)
    page = (tmp_path / "r" / "report.html").read_text()
    assert ("A panel showed what was asked" in page) is bool(code)
