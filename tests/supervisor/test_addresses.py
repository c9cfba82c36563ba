"""Where the server listens, and what is said when it cannot."""

import re
import socket

import pytest

from traceapp.supervisor import addresses


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_localhost_means_both_loopback_addresses_where_the_machine_has_both():
    bound = addresses.to_bind("localhost", 8000)
    assert bound[0] == ("127.0.0.1", 8000)
    assert (("::1", 8000) in bound) == addresses._has_loopback_v6()


@pytest.mark.parametrize(
    ("host", "text"), [("0.0.0.0", "0.0.0.0:8000"), ("[::1]", "[::1]:8000"), ("::1", "[::1]:8000")]
)
def test_a_given_host_is_bound_as_given(host, text):
    assert [addresses.as_text(address) for address in addresses.to_bind(host, 8000)] == [text]


def test_a_free_port_is_free(taken_port):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    addresses.check_free([("127.0.0.1", port)])


def test_a_taken_port_is_said_with_another_that_works(taken_port):
    with pytest.raises(addresses.PortTakenError) as caught:
        addresses.check_free([("127.0.0.1", taken_port)])
    assert f"Port {taken_port} is already in use" in str(caught.value)
    offered = re.search(r"make run PORT=(\d+)", str(caught.value))
    assert offered
    addresses.check_free([("127.0.0.1", int(offered[1]))])


def test_a_host_of_another_machine_is_said_with_a_hint():
    with pytest.raises(addresses.PortTakenError, match="Give HOST an address of this machine"):
        addresses.check_free([("192.0.2.77", 8000)])


def test_a_host_that_is_no_name_at_all_is_said_with_a_hint():
    with pytest.raises(addresses.PortTakenError, match="Give HOST an address of this machine"):
        addresses.check_free([("no such host", 8000)])


def test_addresses_on_the_network_never_include_loopback():
    assert not [address for address in addresses.on_network() if address.is_loopback]
