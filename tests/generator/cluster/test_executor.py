"""Packs made by this process; options of the command that choose who makes them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from generator.bundles.plan import draft_plan
from generator.bundles.plan_sources import PlanOverrides, apply_network
from generator.cli import main
from generator.cluster.choice import executor_for, use_threads
from generator.cluster.executor import Finished, Here
from tests.generator.bundles.packed_jobs import CONFIG
from tests.generator.tiny_world import PLAN
from tests.generator.toy_network import toy_network


class Told:
    """A pack that says its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def make(self, network: Any, on_progress: Any) -> str:
        on_progress(1)
        return f"{self.name} of {network.name}"


def test_this_process_makes_packs_in_their_order() -> None:
    told: list[int] = []

    with executor_for(toy_network(), None) as executor:
        assert isinstance(executor, Here)
        done = list(executor.run([Told("a"), Told("b")], told.append))

    assert [(one.number, getattr(one, "result", None)) for one in done] == [
        (0, "a of toy"),
        (1, "b of toy"),
    ]
    assert all(isinstance(one, Finished) for one in done)
    assert told == [1, 1]
    assert executor.device == "cpu"
    assert executor.jobs_per_pass(CONFIG) == 8


def test_threads_are_set_where_they_are_given() -> None:
    before = torch.get_num_threads()
    use_threads(None)
    assert torch.get_num_threads() == before

    use_threads(before)

    assert torch.get_num_threads() == before


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--workers", "2"], "--workers needs --cluster"),
        (["--threads", "0"], "--threads must be at least 1"),
        (["--cluster", "nowhere"], "local, auto or HOST:PORT"),
        (["--cluster", "local", "--workers", "0"], "workers must be at least 1"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything(
    plan: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    out = plan.parent / "out"

    assert main(["bundle", str(plan), "--out", str(out), *more]) == 1

    assert said in capsys.readouterr().err
    assert not out.exists()


def test_the_command_line_s_device_takes_the_place_of_the_plan_s(plan: Path) -> None:
    draft = draft_plan(plan)

    changed = apply_network(draft, PlanOverrides(device="cuda:1"))

    assert changed.tables["network"].device == "cuda:1"
    assert apply_network(draft, PlanOverrides()).tables["network"].device == "cpu"
