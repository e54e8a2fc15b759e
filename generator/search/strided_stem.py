"""The input gradient of a strided convolution over a picture's few channels.

Kernels for such gradients compute blocks of input channels, of which a picture has
only three, and so leave most of a processor idle. Seen from the input, each of the
stride² positions relative to the stride's grid reads its own part of the kernel: one
convolution without a stride gives all of them as channels, which are then woven into
place (Shi et al. 2016, arXiv 1609.05158, the same weaving for another end).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

_MOST_CHANNELS = 4
"""Of pictures: gray, colored, with an alpha channel. With 16 and more, kernels for the
gradient are as fast as those for the way forward."""


def has_quick_gradient(part: nn.Module) -> bool:
    """Whether `StridedStem` can stand in for a module, and is worth it."""
    if type(part) is not nn.Conv2d or part.groups != 1:
        return False
    stride = part.stride[0]
    return (
        part.in_channels <= _MOST_CHANNELS
        and stride > 1
        and part.stride == (stride, stride)
        and part.dilation == (1, 1)
        and part.padding_mode == "zeros"
        and not isinstance(part.padding, str)
        and min(part.kernel_size) > stride  # else nothing overlaps: a plain product
    )


class StridedStem(nn.Module):
    """A convolution that answers as the one it stands in for, with frozen weights."""

    weight: Tensor
    bias: Tensor | None
    woven: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.stride = convolution.stride[0]
        self.padding = _both(convolution.padding)
        weight, bias = convolution.weight.detach(), convolution.bias
        self.register_buffer("weight", weight)
        self.register_buffer("bias", None if bias is None else bias.detach())
        self.register_buffer("woven", _woven(weight, self.stride))

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) pictures to (N, channels, rows, columns)."""
        seen: Tensor = _Convolution.apply(
            pictures, self.weight, self.bias, self.woven, self.stride, self.padding
        )
        return seen


class _Convolution(torch.autograd.Function):
    """Forward as always; back by one convolution and a weave."""

    @staticmethod
    def forward(
        pictures: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        woven: Tensor,  # noqa: ARG004 - for the way back
        stride: int,
        padding: tuple[int, int],
    ) -> Tensor:
        return functional.conv2d(pictures, weight, bias, stride, padding)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _: Tensor) -> None:
        pictures, _, _, woven, ctx.stride, ctx.padding = inputs
        ctx.size = pictures.shape[-2:]
        ctx.save_for_backward(woven)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, uphill: Tensor) -> tuple[Tensor | None, ...]:
        (woven,) = ctx.saved_tensors
        gradient = _input_gradient(
            uphill, woven, stride=ctx.stride, padding=ctx.padding, size=ctx.size
        )
        return gradient, None, None, None, None, None


def _woven(weight: Tensor, stride: int) -> Tensor:
    """Weights of the convolution that gives the gradient at all positions at once.

    Args:
        weight: (channels, C, rows, columns) of the strided convolution.

    Returns:
        (C · stride², channels, ⌈rows / stride⌉, ⌈columns / stride⌉), zero where the
        kernel ends; channels in the order that `pixel_shuffle` weaves.
    """
    channels, colors, rows, columns = weight.shape
    m_rows, m_columns = -(-rows // stride), -(-columns // stride)
    beyond = (0, m_columns * stride - columns, 0, m_rows * stride - rows)
    padded = functional.pad(weight, beyond)
    parts = padded.view(channels, colors, m_rows, stride, m_columns, stride)
    parts = parts.flip(2, 4).permute(1, 3, 5, 0, 2, 4)
    return parts.reshape(colors * stride**2, channels, m_rows, m_columns)


def _input_gradient(
    uphill: Tensor,
    woven: Tensor,
    *,
    stride: int,
    padding: tuple[int, int],
    size: tuple[int, int],
) -> Tensor:
    """(N, C, H, W) from the gradient (N, channels, rows, columns) of the answer."""
    m_rows, m_columns = woven.shape[-2:]
    apart = functional.conv2d(uphill, woven, padding=(m_rows - 1, m_columns - 1))
    whole = functional.pixel_shuffle(apart, stride)
    (top, left), (height, width) = padding, size
    below = height - (whole.shape[-2] - top)  # rows that no kernel reached: zeros
    right = width - (whole.shape[-1] - left)
    return functional.pad(whole, (-left, right, -top, below))


def _both(padding: str | tuple[int, ...]) -> tuple[int, int]:
    assert not isinstance(padding, str)
    return padding[0], padding[-1]
