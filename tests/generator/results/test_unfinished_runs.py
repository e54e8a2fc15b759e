"""What is left of a run that is refused, fails or is interrupted."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor

from generator.cli import main
from generator.config import AccentuationConfig
from generator.errors import ConfigError, LayerNotFoundError
from generator.features import FeatureId
from generator.images import run as image_run
from generator.images.request import ImageRequest
from generator.images.run import make_images, prepare
from generator.networks import load_network
from generator.results import saved_accentuation
from generator.results.result_folder import ResultFolder
from tests.generator.results.made_images import request_for, rows_of


@pytest.fixture(scope="module")
def dead_logit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of squeezenet1_0, whose logit 7 comes after a ReLU never opened."""
    rng = torch.Generator().manual_seed(0)
    state: dict[str, Tensor] = {}
    module = torchvision.models.get_model("squeezenet1_0", weights=None)
    for name, value in module.state_dict().items():
        fan_in = max(1, value[0].numel())
        state[name] = torch.randn(value.shape, generator=rng) / fan_in**0.5
    state["classifier.1.bias"][7] = -1e4
    state["classifier.1.bias"][8] = 10.0
    path = tmp_path_factory.mktemp("weights") / "dead.safetensors"
    save_file(state, path)
    return path


def image_command(photograph: Path, weights: Path, out: Path) -> list[str]:
    return [
        *("image", str(photograph), "--out", str(out), "--preset", "faccent"),
        *("--network", "squeezenet1_0", "--weights", str(weights)),
        *("--steps", "1", "--draws", "2", "--canvas", "64"),
    ]


def test_a_feature_without_gradient_is_named_and_the_other_jobs_go_on(
    photographs: Path,
    dead_logit: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = image_command(photographs / "p 0.png", dead_logit, tmp_path / "made")

    code = main([*command, "--feature", "logit:7", "--feature", "logit:8"])

    printed = capsys.readouterr()
    record = json.loads((tmp_path / "made/run.json").read_text())
    assert code == 0
    assert "logit:7 does not respond to any change of p 0.png" in printed.err
    assert "no picture made, for the reasons above: 1" in printed.out
    assert [row["feature_id"] for row in rows_of(tmp_path / "made")] == ["logit:8"]
    assert len(record["refused"]) == 1
    assert not [
        path for path in (tmp_path / "made").iterdir() if "logit-7" in str(path)
    ]


def test_a_run_that_makes_no_picture_at_all_fails(
    photographs: Path, dead_logit: Path, tmp_path: Path
) -> None:
    command = image_command(photographs / "p 0.png", dead_logit, tmp_path / "made")

    code = main([*command, "--feature", "logit:7"])

    assert code == 1
    assert not list((tmp_path / "made").glob("*.png"))


def test_an_interrupted_run_keeps_what_is_finished_and_no_half_file(
    photographs: Path, tmp_path: Path
) -> None:
    network = load_network("embedded")
    config = AccentuationConfig(
        steps=3, canvas_px=72, balance_draws=8, pictures_per_pass=1
    )
    request = ImageRequest(
        photographs=[photographs],
        features=[FeatureId("logit", "brick")],
        pool=[],
        rng_seed=0,
        config=config,
    )
    out = tmp_path / "made"
    seen = 0

    def stop_in_the_second_job(n_crops: int) -> None:
        nonlocal seen
        seen += n_crops
        if seen > config.crops_per_job:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_images(
            network,
            request,
            prepare(network, request),
            ResultFolder.create(out),
            on_crops=stop_in_the_second_job,
        )

    (row,) = rows_of(out)
    assert row["photograph"] == "p 0.png"
    assert sorted(path.name for path in out.iterdir()) == [
        "contact_sheet.png",
        "distances.csv",
        "features.csv",
        "metrics.csv",
        "p-0--logit-brick.change.x4.png",
        "p-0--logit-brick.json",
        "p-0--logit-brick.masked.p5.sd0.56px.png",
        "p-0--logit-brick.npz",
        "p-0--logit-brick.opacity_map.p5.sd0.56px.png",
        "p-0--logit-brick.png",
        "run.json",
    ]
    record: dict[str, Any] = json.loads((out / "run.json").read_text())
    assert record["is_finished"] is False
    assert len(record["accentuations"]) == 1


@pytest.mark.parametrize("stage", ["picture_row", "distance_rows", "save"])
def test_files_and_tables_agree_wherever_the_run_is_interrupted(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    network, request = load_network("embedded"), request_for(photographs)
    out, n_calls = tmp_path / "made", 0

    def stop_at_the_second(original: Any) -> Any:
        def stopping(*arguments: Any, **options: Any) -> Any:
            nonlocal n_calls
            n_calls += 1
            if n_calls == 2:
                raise KeyboardInterrupt
            return original(*arguments, **options)

        return stopping

    home, name = {
        "picture_row": (image_run, "picture_row"),
        "distance_rows": (image_run, "distance_rows"),
        "save": (saved_accentuation, "record_of"),  # after the pictures are written
    }[stage]
    monkeypatch.setattr(home, name, stop_at_the_second(getattr(home, name)))

    with pytest.raises(KeyboardInterrupt):
        make_images(
            network, request, prepare(network, request), ResultFolder.create(out)
        )

    (row,) = rows_of(out)
    assert {path.name.split(".")[0] for path in out.glob("p-*")} == {
        row["file"].removesuffix(".png")
    }
    assert len((out / "features.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "changes", [{"regularization_layers": ("stage33",)}, {"rng_seed": -1}]
)
def test_what_cannot_be_searched_is_refused_before_the_pool_is_looked_at(
    photographs: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    unread = tmp_path / "no such pool"
    request = request_for(photographs, pool=[unread], **changes)

    with pytest.raises((LayerNotFoundError, ConfigError), match=r"stage33|rng_seed"):
        prepare(load_network("embedded"), request)
