"""A trajectory as an MP4 film (extra `video`)."""

import io
from collections.abc import Sequence

import numpy as np
from torch.nn.functional import pad

from generator.errors import OutputError
from generator.results.trajectory_views import FRAME_MS
from generator.search.trajectory import Snapshot


def check_films_can_be_made() -> None:
    """Refuse before any computing where the extra is not installed.

    Raises:
        OutputError: it is not.
    """
    try:
        import av  # noqa: F401 - an extra: few want films
    except ImportError as error:
        raise OutputError(
            "MP4 films need the extra `video`; install it with "
            "pip install 'accentuate[video]', or ask for a GIF"
        ) from error


def mp4_film(trajectory: Sequence[Snapshot]) -> bytes:
    """The pictures one after the other, H.264; sides made even by repeating a line."""
    check_films_can_be_made()
    import av  # an extra: few want films

    height, width = trajectory[0].image.shape[1:]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=round(1000 / FRAME_MS))
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        for snapshot in trajectory:
            edges = (0, width % 2, 0, height % 2)
            image = pad(snapshot.image[None], edges, mode="replicate")[0]
            levels = (image * 255).round().byte().permute(1, 2, 0).numpy()
            picture = np.ascontiguousarray(levels)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return buffer.getvalue()
