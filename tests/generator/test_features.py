"""Names of features, read and looked up."""

import pytest

from generator.errors import ConfigError, FeatureNotFoundError
from generator.feature_text import logit_features
from generator.features import FeatureId, logit_index

LABELS = ("tabby", "tiger cat", "crane", "lynx", "crane")


@pytest.mark.parametrize("text", ["logit:tiger cat", "logit:33", "features.4:17"])
def test_the_text_of_a_feature_reads_back_as_itself(text: str) -> None:
    assert str(FeatureId.parse(text)) == text


@pytest.mark.parametrize("text", ["", "logit", "logit:", ":3"])
def test_a_feature_without_layer_or_unit_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="LAYER:UNIT"):
        FeatureId.parse(text)


def test_a_rank_counts_from_one() -> None:
    assert FeatureId.parse("logit:#500").rank == 500
    assert FeatureId.parse("logit:500").rank is None


@pytest.mark.parametrize("text", ["logit:#0", "logit:#x", "features.4:#1"])
def test_a_malformed_rank_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="logit:#N"):
        _ = FeatureId.parse(text).rank


def test_a_label_is_found_in_any_case_and_an_index_as_itself() -> None:
    assert logit_index("Tiger Cat", LABELS) == 1
    assert logit_index("3", LABELS) == 3


def test_an_ambiguous_label_is_refused_with_its_candidates() -> None:
    with pytest.raises(FeatureNotFoundError, match="logit:2, logit:4"):
        logit_index("crane", LABELS)


def test_an_unknown_label_is_refused_with_close_names() -> None:
    with pytest.raises(FeatureNotFoundError, match="close names: tabby"):
        logit_index("taby", LABELS)


def test_an_index_beyond_the_last_logit_is_refused() -> None:
    with pytest.raises(FeatureNotFoundError, match="5 channels"):
        logit_index("5", LABELS)


def test_logits_are_named_so_that_they_are_found_again() -> None:
    # ImageNet has two cardigans, a dog and a garment, told apart by one capital.
    labels = ("Cardigan", "beagle", "cardigan", "7")

    units = [feature.unit for feature in logit_features(labels, 4)]

    assert units == ["0", "beagle", "2", "3"]
    assert [logit_index(unit, labels) for unit in units] == [0, 1, 2, 3]
