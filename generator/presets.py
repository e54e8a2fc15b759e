"""Settings of public implementations, by name. No torch.

Constants and the oddities that change a picture are kept, so that results compare.
What cannot be reproduced is said beside each. Common to all: photographs are read and
resized by our own rules, activations are reported un-augmented, crops of a batch are
drawn from each job's own streams, and the opacity map has one gradient for each step.
"""

from collections.abc import Mapping
from typing import Any

from generator.errors import ConfigError

Settings = Mapping[str, Any]

_FACCENT: Settings = {
    "canvas_px": 512,
    "steps": 98,  # 99 passes; the picture kept had seen 98 updates
    "learning_rate": 0.05,
    "optimizer": "adam",
    "cool_down": 0.0,
    "parameterization": "fourier",
    "decay_power": 1.0,
    "desaturation": 5.0,
    "border_factor": 4.0,  # only for `fourier_bordered`
    "draws_per_step": 16,
    "crop_law": "truncated",
    "crop_range": (0.05, 0.99),
    "resize_law": "aligned",
    "value_range": (-2.0, 2.0),
    "noise_sd": 0.02,
    "noise_range": 0.02,
    "noise_at": "crop",
    "clip_percent": 20.0,
    "blur_fraction": 2 / 512,
    "black_margin": 0.0,
    "regularization_weight": 1.0,
    "balance_draws": 16,
    "balance_offset": 0.0,
    "distance_smoothing": 0.0,
}
"""Faccent, state of March 2025.

Not reproduced: its opacity map has one more gradient; it names no default layer for
the penalty, ours is by rule; InceptionV1's ReLU with a leaking gradient; training mode
and hooks left as they fall. The `centered` law of its attribution-map objectives is
`crop_law="centered"` with sides 0.90 to 0.99.
"""

_HORAMA_SEARCH: Settings = {
    "canvas_px": 1280,
    "steps": 1000,
    "learning_rate": 1.0,
    "optimizer": "nadam",
    "cool_down": 0.0,
    "draws_per_step": 6,
    "crop_law": "centered",
    "crop_range": (0.25, 0.30),  # as it runs; it declares 0.20 to 0.25
    "crop_center_sd": 0.15,
    "crop_stays_inside": False,
    "crop_outside": "gray",
    "value_range": (-2.5, 2.5),
    # It adds 0.05 N + 0.05 (U - 1/2) at twice the input's size and halves by
    # antialiased bicubic, which leaves 0.4044 of its sd: sqrt(0.05² + 0.05²/12) of it.
    "noise_sd": 0.0210,
    "noise_range": 0.0,
    "noise_unit": "range",
}

_HORAMA: Settings = {
    **_HORAMA_SEARCH,
    "parameterization": "fourier",
    "decay_power": 0.0,
    "desaturation": 1.0,
    "unnormalized_fourier": True,
    "black_margin": 1e-3,
    "stretch_seed": True,
    "regularization_weight": 1.0,
    "layer_weights": (0.0,),
    "pixel_weight": 1.0,
    "weight_unit": "raw",
}
"""Horama 0.3.0, accentuation.

Not reproduced: the penalty's gradient in the map; crops sampled without antialiasing;
ε = 10⁻³ added inside the logit (ours clips at 10⁻³).
"""

_LUCID: Settings = {
    "canvas_px": 128,
    "steps": 512,
    "learning_rate": 0.05,
    "optimizer": "adam",
    "cool_down": 0.0,
    "parameterization": "fourier",
    "decay_power": 1.0,
    "desaturation": 4.0,
    "draws_per_step": 1,
    "crop_law": "jitter",
    "crop_outside": "gray",
    "noise_sd": 0.0,
    "noise_range": 0.0,
}
"""Lucid.

Not reproduced: networks of another input size than the canvas get the view resized
(Lucid's is fully convolutional and sees it as it is, so an enlargement also changes
the number of positions); shifts are real numbers, not whole pixels; ReLU gradients
redirected in the first 16 steps.
"""

_CAREFUL: Settings = {
    "steps": 80,
    "learning_rate": 0.045,
    "draws_per_step": 8,
    "regularization_weight": 2.0,
}
"""Ours: four times the crops of the default, and twice its penalty, so that an equal
activation is reached nearer to the seed image."""

ACCENTUATION_PRESETS: Mapping[str, Settings] = {
    "default": {},
    "careful": _CAREFUL,
    "faccent": _FACCENT,
    "horama": _HORAMA,
    "lucid": {**_LUCID, "regularization_weight": 0.0},
    # MACO from a photograph: its phases move, its own magnitudes stay. No public
    # implementation starts MACO so; the search is Horama 0.3.0's.
    "maco": {
        **_HORAMA_SEARCH,
        "parameterization": "fourier_phase",
        "regularization_weight": 0.0,
    },
}
"""Starts from a seed image."""

VISUALIZATION_PRESETS: Mapping[str, Settings] = {
    "default": {},
    # Horama 0.3.0. Not reproduced: its magnitude spectrum (ours is measured on other
    # photographs); noise and sampling as for `horama`.
    "maco": {
        **_HORAMA_SEARCH,
        "parameterization": "fourier_phase",
        "phase_law": "standardized",
    },
    # Xplique 2.0. Not reproduced: its magnitude spectrum; 10⁻⁵ instead of 10⁻⁴ added
    # to the sd when the picture is standardized.
    "xplique_maco": {
        "canvas_px": 512,
        "steps": 256,
        "learning_rate": 1.0,
        "optimizer": "nadam",
        "cool_down": 0.0,
        "parameterization": "fourier_phase",
        "phase_law": "standardized",
        "draws_per_step": 32,
        "crop_law": "maco",
        "crop_range": (0.05, 1.0),
        "crop_side_path": (0.5, 0.05),
        "crop_side_sd": 0.05,
        "crop_center_sd": 0.15,
        "crop_stays_inside": False,
        "crop_outside": "gray",
        "value_range": (-1.0, 1.0),
        "noise_sd": 0.08,
        "noise_range": 0.08,
        "noise_unit": "range",
    },
    "lucid": _LUCID,
}
"""Starts from noise."""


def preset(name: str, presets: Mapping[str, Settings]) -> Settings:
    """The settings of that name.

    Raises:
        ConfigError: there is no preset of that name.
    """
    if name not in presets:
        known = ", ".join(sorted(presets))
        raise ConfigError(f"no preset {name!r}; there are: {known}")
    return presets[name]
