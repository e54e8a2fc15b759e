"""Clusters without room, out of reach, or of another version are refused."""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch

from generator.cluster.cluster_config import ClusterConfig
from generator.cluster.connection import connected
from generator.cluster.hiring import check_alike, room_for
from generator.cluster.ray_library import import_ray
from generator.cluster.worker import Worker, own_facts
from generator.config import SearchConfig
from generator.errors import ClusterError, ConfigError, MissingExtraError
from generator.networks import Network
from tests.generator.toy_network import toy_network


def test_a_missing_ray_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(MissingExtraError, match=r"accentuate\[cluster\]"):
        import_ray()


@pytest.mark.parametrize("address", ["nowhere", "host:", ":6379", "host:70000"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="local, auto or HOST:PORT"):
        ClusterConfig(address=address)


def test_an_address_where_nobody_answers_is_refused_at_once() -> None:
    pytest.importorskip("ray")
    config = ClusterConfig(address="127.0.0.1:1")

    with (
        pytest.raises(ClusterError, match="no Ray cluster answers at 127"),
        connected(config),
    ):
        pass


JOINED = ClusterConfig(address="head:6379", n_threads=4)
ON_GPUS = replace(JOINED, device="cuda")


def test_there_are_as_many_workers_as_there_is_room_for() -> None:
    assert room_for({"CPU": 18.0, "GPU": 2.0}, JOINED) == 4
    assert room_for({"CPU": 18.0}, replace(JOINED, n_workers=3)) == 3


def test_there_is_a_worker_for_each_gpu() -> None:
    assert room_for({"CPU": 18.0, "GPU": 2.0}, ON_GPUS) == 2


def test_a_cluster_without_cpus_or_gpus_is_refused_with_the_numbers() -> None:
    with pytest.raises(ClusterError, match=r"2 CPUs and 0 GPUs: room for 0 workers"):
        room_for({"CPU": 2.0}, JOINED)
    with pytest.raises(ClusterError, match=r"4 CPUs and a GPU each"):
        room_for({"CPU": 64.0}, ON_GPUS)
    with pytest.raises(ClusterError, match=r"room for 2 workers .* wanted 3"):
        room_for({"CPU": 8.0}, replace(JOINED, n_workers=3))


def test_workers_of_other_versions_are_refused_by_name() -> None:
    here = own_facts()
    check_alike([here, replace(here, pid=1, host="other")])

    with pytest.raises(ClusterError, match=r"the worker on node7 has torch 1\.0"):
        check_alike([here, replace(here, host="node7", torch="1.0")])
    with pytest.raises(ClusterError, match=r"node7 has another version of accentuate"):
        check_alike([replace(here, host="node7", code_key="0")])


def test_a_worker_needs_its_network_first() -> None:
    with pytest.raises(ClusterError, match="before its network"):
        _ = Worker().network


def test_no_workers_and_no_threads_are_refused() -> None:
    with pytest.raises(ConfigError, match="workers must be at least 1"):
        replace(JOINED, n_workers=0)
    with pytest.raises(ConfigError, match="threads must be at least 1"):
        replace(JOINED, n_threads=0)


def test_a_worker_makes_packs_and_counts_their_work() -> None:
    worker, network = Worker(), toy_network()
    before = torch.get_num_threads()

    facts = worker.start(network, "cpu", before)
    answer = pickle.loads(worker.make(Doubling(21)))

    assert facts == own_facts()
    assert (answer.result, answer.progress, answer.error) == (42, 3, None)
    assert worker.jobs_per_pass(SearchConfig(draws_per_step=4)) == 4
    refused = pickle.loads(worker.make(Doubling(-1)))
    assert isinstance(refused.error, ConfigError)


@dataclass(frozen=True)
class Doubling:
    """A pack of one number."""

    number: int

    def make(self, network: Network, on_progress: Callable[[int], None]) -> int:
        if self.number < 0:
            raise ConfigError("numbers must not be negative")
        on_progress(1)
        on_progress(2)
        return 2 * self.number
