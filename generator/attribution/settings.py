"""Which attribution methods there are, and their settings. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args

from generator.config import AccentuationConfig
from generator.errors import ConfigError

MethodName = Literal[
    "gradient",
    "gradient_x_input",
    "integrated_gradients",
    "smooth_grad",
    "grad_cam",
    "grad_cam_relu",
    "occlusion",
    "rise",
]
"""`grad_cam` keeps what speaks against the feature; `grad_cam_relu` sets it to 0."""

METHODS: tuple[MethodName, ...] = get_args(MethodName)

TITLES: dict[MethodName, str] = {
    "gradient": "gradient",
    "gradient_x_input": "gradient x input",
    "integrated_gradients": "integrated gradients",
    "smooth_grad": "SmoothGrad",
    "grad_cam": "Grad-CAM",
    "grad_cam_relu": "Grad-CAM, ReLU",
    "occlusion": "occlusion",
    "rise": "RISE",
}
"""What a figure calls each."""

UNSIGNED: frozenset[MethodName] = frozenset({"gradient", "smooth_grad"})
"""Shown as the mean size of the gradient over RGB, like the opacity map: the sign of
a single pixel's gradient says little. The others keep for and against apart."""

WITH_CAPTUM: frozenset[MethodName] = frozenset(
    {"gradient", "gradient_x_input", "integrated_gradients", "smooth_grad", "occlusion"}
)
"""Methods whose arithmetic is Captum's."""

OCCLUSION_REFERENCE_PX = 224
"""The network input that the occlusion window is given for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributionConfig:
    """How attribution maps are made and shown."""

    baseline_level: float = 0.5
    """Gray that stands for a missing pixel, 0 (black) to 1 (white): the start of
    integrated gradients, the occluding square, what RISE masks with."""

    integration_steps: int = 50
    """`integrated_gradients`: points between the baseline and the picture."""

    completeness_tolerance: float = 0.05
    """`integrated_gradients`: a map whose sum misses the activation gained over the
    baseline by more than this fraction of it is flagged."""

    smooth_samples: int = 50
    """`smooth_grad`: noisy copies that are averaged."""

    smooth_noise: float = 0.15
    """`smooth_grad`: sd of the noise, as a fraction of the range black to white."""

    grad_cam_layer: str | None = None
    """`grad_cam`, `grad_cam_relu`: layer the map is read from. None: the last one
    with rows and columns that the feature depends on."""

    occlusion_window_px: int = 32
    """`occlusion`: side of the square, pixels of a 224-pixel network input; scaled
    with other inputs."""

    occlusion_stride_px: int = 16
    """`occlusion`: step between squares, in the same pixels."""

    rise_grid: int = 7
    """`rise`: cells on each side of a mask before it is smoothed."""

    rise_visible: float = 0.5
    """`rise`: probability that a cell is left visible."""

    rise_masks: int = 4000
    """`rise`: random masks."""

    clip_percent: float = AccentuationConfig.preset("default").clip_percent
    """Display: this share of the strongest pixels is shown at full strength."""

    blur_fraction: float = AccentuationConfig.preset("default").blur_fraction
    """Display: sd of the blur, as a fraction of the canvas side."""

    views_per_pass: int = 25
    """Pictures that go through the network at once: bounds the memory needed."""

    rng_seed: int = 0
    """Of the noise and of the masks, which are the same for every picture."""

    def __post_init__(self) -> None:
        counts = ("integration_steps", "smooth_samples", "rise_masks", "views_per_pass")
        pixels = ("occlusion_window_px", "occlusion_stride_px", "rise_grid")
        for name in (*counts, *pixels):
            self._check(name, at_least=1)
        for name in ("smooth_noise", "completeness_tolerance", "blur_fraction"):
            self._check(name, at_least=0)
        self._check("rng_seed", at_least=0)
        self._check("baseline_level", at_least=0, at_most=1)
        self._check("clip_percent", at_least=0, at_most=99)
        if not 0 < self.rise_visible < 1:
            raise ConfigError(
                f"rise_visible must lie between 0 and 1; got {self.rise_visible}"
            )
        if self.occlusion_stride_px > self.occlusion_window_px:
            raise ConfigError(
                "occlusion_stride_px must not exceed occlusion_window_px, or pixels "
                f"are never covered; got {self.occlusion_stride_px} and "
                f"{self.occlusion_window_px}"
            )

    def _check(
        self, name: str, *, at_least: float, at_most: float = float("inf")
    ) -> None:
        value = getattr(self, name)
        if not at_least <= value <= at_most or value == float("inf"):
            upper = "" if at_most == float("inf") else f" and at most {at_most}"
            raise ConfigError(f"{name} must be at least {at_least}{upper}; got {value}")

    def occlusion_px(self, input_px: int) -> tuple[int, int]:
        """Window and stride for a network that sees `input_px` squared."""
        scale = input_px / OCCLUSION_REFERENCE_PX
        window = min(input_px, max(1, round(self.occlusion_window_px * scale)))
        return window, min(window, max(1, round(self.occlusion_stride_px * scale)))

    def blur_px(self, canvas_px: int) -> float:
        """Standard deviation of the displayed maps' blur, pixels."""
        return self.blur_fraction * canvas_px

    def settings_of(self, method: MethodName, input_px: int) -> dict[str, Any]:
        """What a record says of how one method was run."""
        gray: dict[str, Any] = {"baseline_level": self.baseline_level}
        chance: dict[str, Any] = {"rng_seed": self.rng_seed}
        window_px, stride_px = self.occlusion_px(input_px)
        settings: dict[MethodName, dict[str, Any]] = {
            "gradient": {},
            "gradient_x_input": {},
            "integrated_gradients": gray | {"steps": self.integration_steps},
            "smooth_grad": {
                "samples": self.smooth_samples,
                "noise": self.smooth_noise,
                **chance,
            },
            "grad_cam": {"layer": self.grad_cam_layer, "relu": False},
            "grad_cam_relu": {"layer": self.grad_cam_layer, "relu": True},
            "occlusion": gray | {"window_px": window_px, "stride_px": stride_px},
            "rise": {
                "grid": self.rise_grid,
                "visible": self.rise_visible,
                "masks": self.rise_masks,
                **gray,
                **chance,
            },
        }
        return settings[method]


def check_methods(names: Sequence[str]) -> tuple[MethodName, ...]:
    """The methods of these names, each once, in the order of `METHODS`.

    Raises:
        ConfigError: none given, or no such method.
    """
    if not names:
        raise ConfigError(f"name at least one method of {', '.join(METHODS)}")
    for name in names:
        if name not in METHODS:
            near = ", ".join(get_close_matches(name, METHODS)) or "none"
            raise ConfigError(
                f"no attribution method {name!r}; close names: {near}. "
                f"There are: {', '.join(METHODS)}."
            )
    return tuple(method for method in METHODS if method in names)
