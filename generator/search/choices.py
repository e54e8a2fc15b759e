"""Names that settings of a search choose among. No torch."""

from typing import Literal

ParameterizationName = Literal[
    "pixel",
    "fourier",
    "fourier_bordered",
    "fourier_phase",
    "fourier_phase_gated",
    "laplacian",
]
OptimizerName = Literal["adam", "shared_adam", "nadam", "sgd"]
CropLaw = Literal[
    "uniform", "truncated", "centered", "maco", "toroidal", "padded", "jitter"
]
CropOutside = Literal["mean", "gray"]
PhaseLaw = Literal["uniform", "standardized"]
ResizeLaw = Literal["half_pixel", "aligned"]
NoisePlace = Literal["input", "crop"]
NoiseUnit = Literal["image", "range"]
Precision = Literal["float32", "tf32", "bfloat16"]
