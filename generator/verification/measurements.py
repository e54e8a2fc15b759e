"""Are the numbers reported those of the picture that is saved?"""

import io

import torch
from PIL import Image

from generator.accentuation import accentuate
from generator.activations import network_view
from generator.capture import undisturbed
from generator.feature_lookup import find_objective
from generator.features import LOGIT_LAYER
from generator.layers import main_output
from generator.photographs import from_picture, to_picture
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject


def _saved_activation(subject: Subject) -> Measured:
    (made,) = accentuate(subject.network, subject.jobs(1), subject.config())
    buffer = io.BytesIO()
    to_picture(made.image).save(buffer, "png")
    saved = from_picture(Image.open(buffer))
    recomputed = _plain_response(subject, saved)
    return Measured(
        value=abs(made.activation_after - recomputed) / max(1.0, abs(recomputed)),
        detail=f"{subject.feature}: reported {made.activation_after:.6g}, of the PNG "
        f"read again {recomputed:.6g}, before {made.activation_before:.6g}",
    )


def _plain_response(subject: Subject, canvas: torch.Tensor) -> float:
    """The network simply called, without anything of the search."""
    objective = find_objective(subject.network, subject.feature)
    module = subject.network.module
    seen: dict[str, torch.Tensor] = {}
    handles = [
        module.get_submodule(name).register_forward_hook(
            lambda _part, _inputs, output, name=name: seen.update({name: output})
        )
        for name in objective.layers - {LOGIT_LAYER}
    ]
    try:
        with undisturbed(module), torch.no_grad():
            output = module(network_view(subject.network, canvas[None]))
            seen[LOGIT_LAYER] = main_output(output)
    finally:
        for handle in handles:
            handle.remove()
    return float(objective({name: seen[name] for name in objective.layers}))


RULES = (
    Rule(
        id="saved_activation",
        target="F19",
        sentence="The activation reported is off that of the saved picture, read "
        "again and shown to the bare network, by a fraction of value.",
        bound=Bound(high=1e-4),
        measure=_saved_activation,
    ),
)
