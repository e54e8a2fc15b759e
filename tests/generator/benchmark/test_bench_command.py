"""`accentuate bench` as it is called."""

import json
from pathlib import Path

import pytest

from generator.cli import main

SMALL = [
    "bench",
    "--network",
    "squeezenet1_1",
    "--regularization-layer",
    "features.3",
    "--canvas",
    "224",
    "--draws",
    "1",
    "--steps",
    "2",
    "--repeats",
    "1",
    "--threads",
    "1",
]

SMALLEST = [
    *SMALL,
    "--network=embedded",
    "--regularization-layer=stage2",
    "--canvas=64",
    "--logit=3",
]
"""Of the embedded network, which the peers do not know."""


def test_json_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*SMALLEST, "--no-jobs-scaling", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["seconds_per_step"] > 0
    assert found["floor_multiple"] > 0
    assert found["setting"]["network"] == "embedded"
    assert found["speedup"] == {}
    assert found["packed"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--repeats", "0"], "--repeats must be at least 1; got 0"),
        (["--packed-jobs", "0"], "--packed-jobs must be at least 1; got 0"),
        (["--peers", "lucent"], "no peer is called lucent"),
        (["--canvas", "225"], "must be even"),
        (["--network", "squeezenet9"], "squeezenet9"),
        (["--regularization-layer", "features.99"], "features.99"),
        (["--regularization-layer", "logit"], "which is none"),
        (["--network", "embedded", "--peers", "faccent"], "torchvision only"),
        (["--device", "abacus"], "device 'abacus' cannot be used"),
        (["--peers", "faccent", "--peers-environment", "nowhere"], "--install-peers"),
    ],
)
def test_bad_requests_are_refused_before_anything_is_timed(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    code = main([*SMALL, *arguments])

    printed = capsys.readouterr()
    assert code == 1
    assert message in printed.err
    assert "timing" not in printed.err
    assert printed.out == ""
