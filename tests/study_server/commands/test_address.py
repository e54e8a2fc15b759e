"""The address a server takes is refused to others before and while it is served on."""

import socket
from contextlib import ExitStack

import pytest

from study_server.commands.address import Address
from study_server.errors import StudyServerError


def listen_at(address: Address) -> socket.socket:
    """What each process of a server does."""
    host, _, port = address.bind.rpartition(":")
    return socket.create_server((host, int(port)), reuse_port=True)


def test_processes_share_an_address_and_get_connections_evenly() -> None:
    with ExitStack() as opened:
        address = opened.enter_context(Address("127.0.0.1", 0))
        listeners = [opened.enter_context(listen_at(address)) for _ in range(2)]
        place = listeners[0].getsockname()
        for _ in range(100):
            opened.enter_context(socket.create_connection(place))
        shares = [count_waiting(listener) for listener in listeners]

    assert sum(shares) == 100
    assert min(shares) >= 20  # by chance fewer once in 10^9 times


def count_waiting(listener: socket.socket) -> int:
    listener.settimeout(0.2)
    for n in range(1000):
        try:
            listener.accept()[0].close()
        except TimeoutError:
            return n
    raise AssertionError("more than there are")


def test_a_second_server_is_refused_even_before_the_first_one_serves() -> None:
    with Address("127.0.0.1", 0) as first:
        port = int(first.bind.rpartition(":")[2])
        with pytest.raises(StudyServerError, match=f"cannot serve on .*, port {port}"):
            Address("127.0.0.1", port)
    with Address("127.0.0.1", port):  # free again
        pass


def test_a_port_of_another_program_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StudyServerError, match="choose another with --host"):
            Address("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StudyServerError, match=r"cannot serve on 192\.0\.2\.1"):
        Address("192.0.2.1", 0)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(StudyServerError, match=f"there is no port {port}"):
        Address("127.0.0.1", port)


def test_the_newer_kind_of_address_is_written_in_brackets() -> None:
    with Address("::1", 0) as address:
        assert address.url.startswith("http://[::1]:")
