"""What records say of a network."""

from dataclasses import replace

from generator.network_record import describe_network, labelled_facts, network_facts
from tests.generator.toy_network import toy_network


def test_each_description_holds_the_shorter_one() -> None:
    network = toy_network()
    facts, labelled = network_facts(network), labelled_facts(network)

    assert facts.items() < labelled.items() < describe_network(network).items()
    assert set(facts) == {
        *("name", "weights_sha256"),
        *("input_px", "resize_px", "mean", "std"),
    }
    assert set(describe_network(network)) - set(facts) == {"labels_sha256", "device"}


def test_labels_cut_elsewhere_are_other_labels() -> None:
    network = toy_network()
    one = replace(network, labels=("a", "b\nc"))
    two = replace(network, labels=("a\nb", "c"))

    described = [labelled_facts(each)["labels_sha256"] for each in (one, two)]

    assert described[0] != described[1]
