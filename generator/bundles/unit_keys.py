"""Names of finished work: everything that the bytes of a picture depend on."""

from hashlib import sha256

from generator.jobs import content_key
from generator.networks import Network
from generator.provenance import code_key


def unit_key(
    kind: str,
    network: Network,
    config: object,
    content: object,
    *,
    device: str,
    n_threads: int,
    place: tuple[int, int],
) -> str:
    """64 hex digits under which the pictures of a job are kept.

    Args:
        kind: of picture.
        config: settings, by their `repr`.
        content: what tells the job apart, as plain values.
        device: where the pictures are made.
        n_threads: threads of a process that makes them; sums round differently.
        place: of the job in its pack, and how many jobs that has; kernels round by
            both.
    """
    return content_key(
        kind,
        code_key(),
        network.name,
        network.weights_sha256,
        device,
        n_threads,
        place,
        sorted(
            sha256(direction.vector.tobytes()).hexdigest()
            for direction in network.directions.values()
        ),
        repr(config),
        content,
    )
