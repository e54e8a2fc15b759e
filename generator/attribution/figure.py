"""A grid of pictures with a title over each column and a note under each picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_MARGIN_PX = 10
_TEXT_PX = 14
_LINE_PX = 20
_SMALLEST_PX = 192
"""Pictures with a smaller side are enlarged, so that titles fit above them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A picture of the grid and what is said of it."""

    picture: Image.Image | None
    """None leaves the place empty."""

    note: str = ""


def draw_figure(
    rows: Sequence[Sequence[Cell]], *, titles: Sequence[str], footer: Sequence[str]
) -> Image.Image:
    """One page: titles, rows of pictures with notes, lines of text below.

    Args:
        rows: cells of one size, a title for each.
        footer: lines; one that is wider than the page is broken between words.
    """
    size = _shown_size(next(cell.picture for cell in rows[0] if cell.picture))
    column_px = size[0] + _MARGIN_PX
    row_px = size[1] + _LINE_PX + _MARGIN_PX
    width_px = len(titles) * column_px + _MARGIN_PX
    font = ImageFont.load_default(_TEXT_PX)
    lines = [
        part
        for line in footer
        for part in _broken(line, width_px - 2 * _MARGIN_PX, font)
    ]
    top_px = _LINE_PX + _MARGIN_PX
    bottom_px = len(lines) * _LINE_PX + _MARGIN_PX
    page = Image.new(
        "RGB", (width_px, top_px + len(rows) * row_px + bottom_px), "white"
    )
    pen = ImageDraw.Draw(page)
    for column, title in enumerate(titles):
        x = _MARGIN_PX + column * column_px
        pen.text((x, _MARGIN_PX), title, fill="black", font=font)
        for index, row in enumerate(rows):
            y = top_px + index * row_px
            cell = row[column]
            if cell.picture is not None:
                shown = cell.picture.resize(size, Image.Resampling.NEAREST)
                page.paste(shown, (x, y))
            pen.text((x, y + size[1] + 2), cell.note, fill="black", font=font)
    for number, line in enumerate(lines):
        y = top_px + len(rows) * row_px + number * _LINE_PX
        pen.text((_MARGIN_PX, y), line, fill="black", font=font)
    return page


def _shown_size(picture: Image.Image) -> tuple[int, int]:
    factor = max(1, -(-_SMALLEST_PX // min(picture.size)))
    return picture.width * factor, picture.height * factor


def _broken(
    line: str, width_px: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> list[str]:
    """A line broken between words so that each part fits."""
    parts = [""]
    for word in line.split(" "):
        longer = f"{parts[-1]} {word}".strip()
        if parts[-1] and font.getlength(longer) > width_px:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts
