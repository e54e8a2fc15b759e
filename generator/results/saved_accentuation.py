"""One accentuation on disk: the picture as optimized, and views that say what they are.

The PNG of the picture holds its own pixels, nothing else. Views that mask or scale are
files of their own, named after what was done: `p5` is the share of the strongest
pixels shown fully opaque (percent), `sd0.9px` the blur of the opacity map, `x4` the
factor of the change map.
"""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from generator.accentuation import Accentuation
from generator.config import SearchConfig
from generator.photographs import to_picture
from generator.results.result_folder import ResultFolder
from generator.results.trajectory_views import animated_gif, trajectory_strip
from generator.search.opacity import display_opacity, render_masked

CHANGE_FACTOR = 4
"""Change maps show gray for no change, and a change of 1/8 as black or white."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """What can be shown of one accentuation."""

    seed_image: Image.Image
    picture: Image.Image
    opacity_map: Image.Image
    masked: Image.Image
    change: Image.Image


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedAccentuation:
    """Where the files of one accentuation lie."""

    picture: Path
    files: tuple[Path, ...]
    """All of them, the picture among them."""

    views: Views


def views_of(made: Accentuation) -> Views:
    """Its pictures, ready to be shown or written."""
    shown = display_opacity(
        made.opacity_map,
        clip_percent=made.config.clip_percent,
        blur_px=blur_px(made.config, made.image),
    )
    return Views(
        seed_image=to_picture(made.job.seed_image),
        picture=to_picture(made.image),
        opacity_map=to_picture(shown.expand(3, -1, -1)),
        masked=to_picture(render_masked(made.image, shown)),
        change=to_picture((0.5 + CHANGE_FACTOR * made.change).clamp(0, 1)),
    )


def blur_px(config: SearchConfig, image: Tensor) -> float:
    """Standard deviation of the displayed opacity map's blur, pixels."""
    return config.blur_fraction * image.shape[-1]


def save_accentuation(
    made: Accentuation, folder: ResultFolder, *, gif: bool = False, mp4: bool = False
) -> SavedAccentuation:
    """Write one accentuation's files into a folder that may hold others.

    Args:
        gif, mp4: also write the trajectory as a film; it must have been recorded.

    Raises:
        OutputError: a file cannot be written.
    """
    stem = folder.new_stem(Path(made.job.name).stem, _feature_name(made))
    views = views_of(made)
    blur = blur_px(made.config, made.image)
    display = f"p{made.config.clip_percent:g}.sd{blur:.2g}px"
    files = [
        folder.write_picture(f"{stem}.png", views.picture),
        folder.write_picture(f"{stem}.opacity_map.{display}.png", views.opacity_map),
        folder.write_picture(f"{stem}.masked.{display}.png", views.masked),
        folder.write_picture(f"{stem}.change.x{CHANGE_FACTOR}.png", views.change),
        folder.write_bytes(f"{stem}.npz", npz_bytes(arrays_of(made))),
        folder.write_record(f"{stem}.json", record_of(made)),
    ]
    if made.trajectory:
        strip = trajectory_strip(made.trajectory)
        files.append(folder.write_picture(f"{stem}.trajectory.png", strip))
    if made.trajectory and gif:
        film = animated_gif(made.trajectory)
        files.append(folder.write_bytes(f"{stem}.trajectory.gif", film))
    if made.trajectory and mp4:
        from generator.results.film import mp4_film  # an extra: few want films

        film = mp4_film(made.trajectory)
        files.append(folder.write_bytes(f"{stem}.trajectory.mp4", film))
    return SavedAccentuation(picture=files[0], files=tuple(files), views=views)


def _feature_name(made: Accentuation) -> str:
    if made.target is not None:
        return f"{made.job.feature} {made.target.asked}"
    return f"not {made.job.feature}" if made.job.suppress else str(made.job.feature)


def arrays_of(made: Accentuation) -> dict[str, NDArray[np.float32]]:
    """Every array of an accentuation, float32.

    Returns:
        `seed_image`, `image` and `change` (3, H, W); `opacity_map` and `coverage`
        (H, W); `raw_map` (3, H, W); and, where recorded, `trajectory` (S, 3, H, W).
    """
    tensors = {
        "seed_image": made.job.seed_image,
        "image": made.image,
        "change": made.change,
        "opacity_map": made.opacity_map,
        "raw_map": made.raw_map,
        "coverage": made.coverage,
    }
    arrays = {name: part.cpu().float().numpy() for name, part in tensors.items()}
    if made.trajectory:
        frames = [snapshot.image.numpy() for snapshot in made.trajectory]
        arrays["trajectory"] = np.stack(frames)
    return arrays


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An `.npz` file; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def record_of(made: Accentuation) -> dict[str, Any]:
    """Everything about an accentuation that is no array, as plain values."""
    return {
        "photograph": made.job.name,
        "feature_id": str(made.job.feature),
        "suppress": made.job.suppress,
        "rng_seed": made.job.rng_seed,
        "n_steps": made.n_steps,
        "regularization_layer": made.regularization_layer,
        "regularization_weight": made.regularization_weight,
        "regularization_balance": made.balance,
        "penalties": [asdict(facts) for facts in made.penalties],
        "precision": asdict(made.precision),
        "budget": asdict(made.budget) if made.budget else None,
        "target": asdict(made.target) if made.target else None,
        "flag": made.flag,
        "metrics": made.metrics.as_record(),
        "config": asdict(made.config),
        "display": {
            "clip_percent": made.config.clip_percent,
            "blur_px": blur_px(made.config, made.image),
            "change_factor": CHANGE_FACTOR,
        },
        "trajectory_steps": [snapshot.n_steps for snapshot in made.trajectory],
    }
