"""The first convolution's gradient by a woven convolution: the same, sooner."""

import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from generator.search.strided_stem import StridedStem, has_quick_gradient


@settings(max_examples=40, deadline=None)
@given(
    kernel=st.tuples(st.integers(3, 8), st.integers(3, 8)),
    stride=st.integers(2, 4),
    padding=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    size=st.tuples(st.integers(9, 23), st.integers(9, 23)),
    colors=st.integers(1, 4),
)
@example(kernel=(7, 7), stride=2, padding=(3, 3), size=(32, 32), colors=3)  # ResNet
@example(kernel=(11, 11), stride=4, padding=(2, 2), size=(31, 40), colors=3)  # AlexNet
@example(kernel=(3, 3), stride=2, padding=(0, 0), size=(10, 10), colors=3)  # a rest
def test_it_answers_and_pulls_back_as_the_convolution_does(
    kernel: tuple[int, int],
    stride: int,
    padding: tuple[int, int],
    size: tuple[int, int],
    colors: int,
) -> None:
    chance = torch.Generator().manual_seed(0)
    convolution = nn.Conv2d(colors, 5, kernel, stride=stride, padding=padding).double()
    pictures = torch.randn(2, colors, *size, generator=chance, dtype=torch.float64)
    pictures.requires_grad_()

    theirs = convolution(pictures)
    ours = StridedStem(convolution)(pictures)
    uphill = torch.randn(theirs.shape, generator=chance, dtype=torch.float64)
    (wanted,) = torch.autograd.grad(theirs, pictures, uphill)
    (found,) = torch.autograd.grad(ours, pictures, uphill)

    assert torch.equal(ours, theirs)
    assert torch.allclose(found, wanted, rtol=0, atol=1e-12)


def test_only_strided_convolutions_of_few_channels_are_worth_it() -> None:
    stem = nn.Conv2d(3, 64, 7, stride=2, padding=3)

    assert has_quick_gradient(stem)
    for other in (
        nn.Conv2d(64, 64, 3, stride=2),  # kernels fill their blocks
        nn.Conv2d(3, 64, 3),  # no stride: a plain convolution already
        nn.Conv2d(3, 768, 16, stride=16),  # patches do not overlap
        nn.Conv2d(3, 6, 7, stride=2, groups=3),
        nn.Conv2d(3, 64, 7, stride=2, dilation=2),
        nn.Conv2d(3, 64, 7, stride=2, padding=3, padding_mode="reflect"),
        nn.Conv2d(3, 64, 7, stride=(2, 1)),
        nn.Conv2d(3, 64, 3, padding="same"),
        nn.Linear(3, 4),
    ):
        assert not has_quick_gradient(other)


def test_it_can_be_made_coarse() -> None:
    stem = StridedStem(nn.Conv2d(3, 8, 7, stride=2)).to(torch.bfloat16)
    pictures = torch.rand(1, 3, 20, 20, dtype=torch.bfloat16, requires_grad=True)

    (gradient,) = torch.autograd.grad(stem(pictures).sum(), pictures)

    assert gradient.dtype == torch.bfloat16
