"""An accentuation as a piece of a page: pictures and numbers, nothing loaded."""

import base64
import html
import io

from PIL import Image

from generator.accentuation import Accentuation
from generator.results.saved_accentuation import views_of


def accentuation_html(made: Accentuation) -> str:
    """Seed image, accentuation, opacity map and masked view, and what was measured."""
    views = views_of(made)
    clip = f"the strongest {made.config.clip_percent:g} % of pixels fully opaque"
    figures = [
        ("seed image", views.seed_image),
        ("accentuation", views.picture),
        (f"opacity map ({clip})", views.opacity_map),
        ("accentuation under its opacity map", views.masked),
    ]
    cells = "".join(_figure(caption, picture) for caption, picture in figures)
    title = html.escape(f"{made.job.name}: {made.job.feature}")
    numbers = (
        f"activation {made.activation_before:.3g} → {made.activation_after:.3g}, "
        f"SSIM {made.ssim:.3f}, {made.n_steps} steps"
    )
    return (
        f'<section><h3>{title}</h3><div style="display:flex;flex-wrap:wrap;gap:8px">'
        f"{cells}</div><p>{html.escape(numbers)}</p></section>"
    )


def _figure(caption: str, picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    data = base64.b64encode(buffer.getvalue()).decode()
    text = html.escape(caption)
    return (
        f'<figure style="margin:0"><img alt="{text}" '
        f'src="data:image/png;base64,{data}">'
        f"<figcaption>{text}</figcaption></figure>"
    )
