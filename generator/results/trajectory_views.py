"""A trajectory to look at: a strip of pictures, or an animated GIF."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from generator.photographs import to_picture
from generator.search.trajectory import Snapshot

_GAP_PX = 4
_CAPTION_PX = 14
FRAME_MS = 120
"""How long a frame of a film is shown."""

_LAST_FRAME_MS = 1000


def trajectory_strip(trajectory: Sequence[Snapshot]) -> Image.Image:
    """The pictures side by side, under each the steps it has had."""
    pictures = [to_picture(snapshot.image) for snapshot in trajectory]
    width, height = pictures[0].size
    across = len(pictures) * (width + _GAP_PX) - _GAP_PX
    strip = Image.new("RGB", (across, height + _CAPTION_PX), "white")
    draw = ImageDraw.Draw(strip)
    for i, (snapshot, picture) in enumerate(zip(trajectory, pictures, strict=True)):
        left = i * (width + _GAP_PX)
        strip.paste(picture, (left, 0))
        caption = f"step {snapshot.n_steps}"
        draw.text((left + 2, height + 1), caption, fill="black")
    return strip


def animated_gif(trajectory: Sequence[Snapshot]) -> bytes:
    """The pictures one after the other, the last one longer; colors are reduced."""
    frames = [to_picture(snapshot.image) for snapshot in trajectory]
    durations_ms = [FRAME_MS] * (len(frames) - 1) + [_LAST_FRAME_MS]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "gif",
        save_all=True,
        append_images=frames[1:],
        duration=durations_ms,
        loop=0,
    )
    return buffer.getvalue()
