"""torch's settings of float32: as wanted inside, as they were afterwards."""

from collections.abc import Iterator

import pytest
import torch

from generator.search.tf32 import _newer_settings, float32_products, has_tf32


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    newer = [part.fp32_precision for part in _newer_settings()]
    yield
    torch.backends.cudnn.allow_tf32 = True
    torch.set_float32_matmul_precision("highest")
    for part, precision in zip(_newer_settings(), newer, strict=True):
        part.fp32_precision = precision


def settings() -> list[object]:
    return [
        torch.backends.cudnn.allow_tf32,
        torch.backends.cuda.matmul.allow_tf32,
        torch.get_float32_matmul_precision(),
        *(part.fp32_precision for part in _newer_settings()),
    ]


@pytest.mark.parametrize("tf32", [True, False])
@pytest.mark.parametrize("products", ["highest", "high", "medium"])
@pytest.mark.parametrize("convolutions", [True, False])
def test_flags_are_as_wanted_inside_and_as_before_afterwards(
    tf32: bool, products: str, convolutions: bool
) -> None:
    torch.backends.cudnn.allow_tf32 = convolutions
    torch.set_float32_matmul_precision(products)
    before = settings()

    with float32_products(tf32=tf32):
        inside = settings()

    assert inside[:3] == [tf32, tf32, "high" if tf32 else "highest"]
    assert settings() == before


def interrupted() -> None:
    with float32_products(tf32=False):
        with float32_products(tf32=True):
            assert torch.backends.cudnn.allow_tf32
        assert not torch.backends.cudnn.allow_tf32
        raise KeyboardInterrupt


def test_flags_are_as_before_after_an_exception_and_when_nested() -> None:
    before = settings()

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert settings() == before


def test_newer_settings_that_the_flags_cannot_tell_are_as_before_too() -> None:
    torch.backends.cudnn.conv.fp32_precision = "ieee"  # type: ignore[attr-defined]
    before = [part.fp32_precision for part in _newer_settings()]

    with float32_products(tf32=False):
        assert not torch.backends.cudnn.allow_tf32

    assert [part.fp32_precision for part in _newer_settings()] == before


def test_a_cpu_has_no_tf32() -> None:
    assert not has_tf32("cpu")
