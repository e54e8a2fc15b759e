"""`from generator import …`: the names a user of the library starts from."""

import subprocess
import sys

import pytest

import generator

PUBLIC = sorted(generator._HOME_OF)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_can_be_had_and_is_listed(name: str) -> None:
    assert getattr(generator, name).__name__ == name
    assert name in dir(generator)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'acentuate'"):
        _ = generator.acentuate


def test_names_without_arithmetic_load_no_torch_and_nothing_of_the_server() -> None:
    code = (
        "import sys; from generator import AccentuationConfig, FeatureId, Bundle; "
        "import generator.cli; generator.cli.build_parser(); "
        "print({'flask', 'sqlalchemy', 'pydantic', 'pandas'} & set(sys.modules))"
    )
    no_torch = (
        "import sys; from generator import AccentuationConfig, FeatureId, Bundle; "
        "print({'torch', 'torchvision'} & set(sys.modules))"
    )

    for script in (code, no_torch):
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "set()"
