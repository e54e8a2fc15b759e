"""One timed run of a peer in a process of its own, with stand-ins for the peers."""

import json
from pathlib import Path

import numpy as np
import pytest

from generator.benchmark.inputs import PictureResult
from generator.benchmark.peer_environment import PeersEnvironment
from generator.benchmark.peers import run_peer
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Checkpoint, Timing
from generator.errors import BenchmarkError, ConfigError, MissingExtraError
from tests.generator.benchmark.stand_in import make_stand_ins


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> PeersEnvironment:
    return make_stand_ins(tmp_path_factory.mktemp("peers") / "environment")


def test_horama_gets_what_the_setting_says_and_its_way_is_told(
    stand_ins: PeersEnvironment,
    setting: BenchmarkSetting,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAND_IN_NOTES", str(tmp_path / "notes.json"))

    timing = run_peer(
        stand_ins, "horama", setting, checkpoints=[2, 1], pictures=tmp_path
    )

    assert json.loads((tmp_path / "notes.json").read_text()) == {
        "steps": 3,
        "canvas_px": 224,
        "input_px": 224,
        "crops": 2,
        "device": "cpu",
        "threads": 1,
        "seed": [3, 224, 224],
    }
    assert [point.n_steps for point in timing.checkpoints] == [1, 2, 3]
    spent = [point.seconds for point in timing.checkpoints]
    assert 0 < spent[0] < spent[1] < spent[2] == timing.seconds_total
    later = sorted(timing.step_seconds[1:])
    assert later[0] <= timing.seconds_per_step <= later[1]
    assert timing.peak_memory_mb >= timing.memory_before_mb > 0
    assert timing.versions["horama"] == "0.3.0"
    # The stand-in shows the whole picture, so each step raises what is measured.
    way = [point.result.activation for point in timing.checkpoints]
    assert timing.result.activation_before < way[0] < way[1] < way[2]
    assert timing.result == timing.checkpoints[-1].result
    assert np.load(tmp_path / "horama-after-00003.npy").shape == (3, 224, 224)


def test_timing_is_told_in_json_with_what_follows_from_it() -> None:
    result = PictureResult(
        activation_before=1.0, activation=4.0, latent_distance=None, ssim=0.9
    )
    timing = Timing(
        library="horama",
        versions={"horama": "0.3.0"},
        step_seconds=(5.0, 1.0, 3.0, 2.0),
        peak_memory_mb=20.0,
        memory_before_mb=10.0,
        own_settings={},
        checkpoints=(Checkpoint(n_steps=4, seconds=11.0, result=result),),
    )

    told = json.loads(json.dumps(timing.to_json()))

    assert told["seconds_total"] == 11.0
    assert told["seconds_per_step"] == 2.0  # the middle one of 1, 3 and 2
    assert told["n_steps"] == 4
    assert told["result"] == told["checkpoints"][0]["result"]
    assert told["result"]["latent_distance"] is None


def test_faccent_gets_what_the_setting_says(
    stand_ins: PeersEnvironment,
    setting: BenchmarkSetting,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAND_IN_NOTES", str(tmp_path / "notes.json"))

    timing = run_peer(stand_ins, "faccent", setting)

    assert json.loads((tmp_path / "notes.json").read_text()) == {
        "feature": "logits:7",
        "layers": ["network_features_3", "logits"],
        "layer": "network_features_3",
        "weight": 0.5,
        "crops": 2,
        "input_px": 224,
        "canvas_px": 224,
    }
    assert timing.n_steps == 3


def test_failed_passes_are_no_timing(
    stand_ins: PeersEnvironment,
    setting: BenchmarkSetting,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Faccent catches errors of the forward pass, out of memory too, and goes on."""
    monkeypatch.setenv("STAND_IN_NOTES", str(tmp_path / "notes.json"))
    monkeypatch.setenv("STAND_IN_FORGETS", "1")

    with pytest.raises(BenchmarkError, match="3 forward passes failed"):
        run_peer(stand_ins, "faccent", setting)


def test_what_a_failed_peer_wrote_is_shown(
    stand_ins: PeersEnvironment,
    setting: BenchmarkSetting,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAND_IN_NOTES", str(tmp_path / "nowhere" / "notes.json"))

    with pytest.raises(BenchmarkError, match=r"(?s)horama failed .*FileNotFoundError"):
        run_peer(stand_ins, "horama", setting)


def test_unknown_peer_is_refused(
    stand_ins: PeersEnvironment, setting: BenchmarkSetting
) -> None:
    with pytest.raises(BenchmarkError, match=r"lucent; known are faccent, horama"):
        run_peer(stand_ins, "lucent", setting)


@pytest.mark.parametrize("step", [0, 4])
def test_checkpoint_outside_the_search_is_refused(
    stand_ins: PeersEnvironment, setting: BenchmarkSetting, step: int
) -> None:
    with pytest.raises(ConfigError, match=rf"last one, 3; got \[{step}\]"):
        run_peer(stand_ins, "horama", setting, checkpoints=[2, step])


def test_absent_environment_is_refused_with_the_command_that_makes_it(
    setting: BenchmarkSetting, tmp_path: Path
) -> None:
    absent = PeersEnvironment(folder=tmp_path / "absent")

    with pytest.raises(MissingExtraError, match="accentuate bench --install-peers"):
        run_peer(absent, "horama", setting)
