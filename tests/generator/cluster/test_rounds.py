"""Packs are given out until each is made or given up."""

import pickle
from types import SimpleNamespace
from typing import Any, cast

import pytest

from generator.cluster.cluster_config import ClusterConfig
from generator.cluster.executor import Finished, Lost
from generator.cluster.hiring import Staff
from generator.cluster.ray_workers import RayWorkers
from generator.cluster.worker import Answer
from generator.errors import ClusterError, ConfigError
from tests.generator.cluster.fake_ray import Call, FakeRay, FakeWorker, RayTaskError


def workers_of(*workers: Any) -> RayWorkers:
    config = ClusterConfig(address="local", n_threads=3, device="cpu")
    staff = Staff(workers=list(workers), config=config, network=None)
    return RayWorkers(ray=FakeRay(), staff=staff)


def run(executor: RayWorkers, packs: list[int]) -> dict[int, Any]:
    told: list[int] = []
    done: list[Any] = list(executor.run(cast(Any, packs), told.append))
    assert sum(told) == sum(isinstance(one, Finished) for one in done)
    return {
        one.number: one.reason if isinstance(one, Lost) else one.result for one in done
    }


def test_every_pack_is_made_once() -> None:
    first, second = FakeWorker(), FakeWorker()

    found = run(workers_of(first, second), [10, 11, 12, 13])

    assert found == {0: 20, 1: 22, 2: 24, 3: 26}
    assert sorted(first.made + second.made) == [10, 11, 12, 13]


def test_the_pack_of_a_worker_that_died_is_given_to_another() -> None:
    deadly = {11: 2}
    workers = [FakeWorker(deadly=deadly), FakeWorker(deadly=deadly)]

    assert run(workers_of(*workers), [10, 11, 12]) == {0: 20, 1: 22, 2: 24}


def test_a_pack_that_killed_three_workers_is_given_up_and_the_others_are_made() -> None:
    deadly = {11: 9}
    workers = [FakeWorker(deadly=deadly), FakeWorker(deadly=deadly)]

    found = run(workers_of(*workers), [10, 11, 12])

    assert (found[0], found[2]) == (20, 24)
    assert "3 workers died over it, the last: the worker died" in found[1]
    assert deadly[11] == 9 - 3


def test_workers_that_do_not_come_back_are_done_without() -> None:
    gone = FakeWorker(deadly={11: 1}, comes_back=False)

    executor = workers_of(gone, FakeWorker())

    assert run(executor, [10, 11, 12]) == {0: 20, 1: 22, 2: 24}
    assert run(executor, [13]) == {0: 26}
    assert gone not in executor.staff.present


def test_a_worker_that_died_in_one_round_is_back_in_the_next() -> None:
    only = FakeWorker(deadly={10: 1})
    executor = workers_of(only)

    assert run(executor, [10]) == {0: 20}
    assert run(executor, [11]) == {0: 22}
    assert only.n_starts == 1


def test_a_worker_that_has_not_its_network_again_is_given_nothing() -> None:
    away = FakeWorker(deadly={11: 1})
    executor = workers_of(away, FakeWorker())  # the last one is asked first

    run(executor, [10, 11])
    assert executor.staff.present == executor.staff.workers[1:]
    run(executor, [10, 11, 12])

    assert away.made == []


def test_without_any_worker_the_run_ends_with_advice() -> None:
    gone = FakeWorker(deadly={11: 1}, comes_back=False)

    with pytest.raises(ClusterError, match="give the same command to go on"):
        run(workers_of(gone), [11])


def worker_that(answers: Any) -> Any:
    return SimpleNamespace(make=SimpleNamespace(remote=lambda _: Call(answers)))


def test_an_error_that_a_user_can_act_on_ends_the_run() -> None:
    answer = pickle.dumps(Answer(error=ConfigError("steps must be at least 1")))

    with pytest.raises(ConfigError, match="steps must be"):
        run(workers_of(worker_that(lambda: answer)), [1])


def test_an_error_of_the_code_itself_is_raised_as_it_was() -> None:
    def fail() -> bytes:
        raise RayTaskError(ZeroDivisionError("by zero"))

    with pytest.raises(ZeroDivisionError):
        run(workers_of(worker_that(fail)), [1])


def test_device_and_threads_are_the_workers_own() -> None:
    executor = workers_of(FakeWorker())

    assert (executor.device, executor.n_threads) == ("cpu", 3)
