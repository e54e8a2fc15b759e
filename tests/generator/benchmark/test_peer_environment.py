"""The environment that the peers run in."""

import sys
from pathlib import Path

import pytest
import torch

from generator.benchmark.peer_environment import (
    PEERS,
    PeersEnvironment,
    check_peers,
    install_peers,
    installation_steps,
)
from generator.errors import BenchmarkError, MissingExtraError


def test_peers_keep_the_order_given_and_come_once() -> None:
    assert check_peers(["horama", "faccent", "horama"]) == ("horama", "faccent")


def test_unknown_peer_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BenchmarkError, match=r"lucent; known are faccent, horama"):
        check_peers(["faccent", "lucent"])


def test_absent_environment_names_the_command_that_makes_it(tmp_path: Path) -> None:
    environment = PeersEnvironment(folder=tmp_path / "elsewhere")

    with pytest.raises(MissingExtraError) as caught:
        environment.check()

    command = f"accentuate bench --install-peers --peers-environment {tmp_path}"
    assert command in str(caught.value)


def test_unfinished_environment_counts_as_absent(tmp_path: Path) -> None:
    environment = PeersEnvironment(folder=tmp_path)
    environment.python.parent.mkdir()
    environment.python.touch()

    with pytest.raises(MissingExtraError, match="not installed"):
        environment.check()


@pytest.mark.parametrize("record", ['{"torch": ["torch==1.0"], "peers": []}', "{"])
def test_environment_with_other_versions_is_refused(
    tmp_path: Path, record: str
) -> None:
    environment = PeersEnvironment(folder=tmp_path)
    environment.python.parent.mkdir()
    environment.python.touch()
    environment.record.write_text(record)

    with pytest.raises(MissingExtraError, match="other versions"):
        environment.check()


def test_environment_gets_this_python_our_torch_and_the_pinned_peers(
    tmp_path: Path,
) -> None:
    environment = PeersEnvironment(folder=tmp_path / "peers")

    make, libraries, peers = installation_steps(environment)

    assert make[0] == sys.executable
    assert make[-1] == str(tmp_path / "peers")
    assert f"torch=={torch.__version__.partition('+')[0]}" in libraries
    assert peers[-3:] == ["--no-deps", "faccent==1.0.3", "horama==0.3.0"]


def test_every_requirement_of_a_peer_has_one_version() -> None:
    needs = {need for peer in PEERS.values() for need in peer.needs}
    names = [need.partition("==")[0] for need in needs]

    assert all("==" in need for need in needs)
    assert len(names) == len(set(names))


def test_folder_with_other_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(BenchmarkError, match="left as they are"):
        install_peers(PeersEnvironment(folder=tmp_path))

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_failed_step_is_named_and_leaves_no_finished_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    environment = PeersEnvironment(folder=tmp_path / "peers")

    with pytest.raises(BenchmarkError, match=r"no-python -m venv .* failed"):
        install_peers(environment)

    assert not environment.record.exists()
