"""What the answers of a module depend on, as one short text to compare."""

from hashlib import sha256
from types import BuiltinFunctionType, FunctionType
from typing import Any

from torch import nn

from generator.zoo.weights import state_sha256

_PLAIN = (bool, int, float, str, type(None), FunctionType, BuiltinFunctionType)


def fingerprint(module: nn.Module) -> str:
    """64 hex digits that change with a module's weights, device, parts or settings.

    Settings are what its parts hold as plain values or functions, such as a batch
    norm's `eps`. Changes of other things, e.g. of a list, go unseen.
    """
    digest = sha256(state_sha256(module).encode())
    stored = module.state_dict()
    for name, weight in module.named_parameters():
        digest.update(f"{name} {weight.device}\0".encode())
    for name, buffer in module.named_buffers():
        if name not in stored:
            digest.update(f"{name} {buffer.tolist()}\0".encode())
    for name, part in module.named_modules(remove_duplicate=False):
        settings = {key: held for key, held in vars(part).items() if _is_plain(held)}
        digest.update(f"{name} {type(part)} {settings}\0".encode())
    return digest.hexdigest()


def _is_plain(held: Any) -> bool:
    if isinstance(held, tuple):
        return all(_is_plain(one) for one in held)
    return isinstance(held, _PLAIN)
