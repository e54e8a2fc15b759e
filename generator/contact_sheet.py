"""Pictures side by side on one page, with a line of text under each row."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_MARGIN_PX = 8
_TEXT_PX = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """Pictures of one size and what is said of them."""

    pictures: Sequence[Image.Image]
    caption: str


def contact_sheet(rows: Sequence[SheetRow], *, titles: Sequence[str]) -> Image.Image:
    """One page with a title over each column and a caption under each row."""
    width_px, height_px = rows[0].pictures[0].size
    column_px = width_px + _MARGIN_PX
    row_px = height_px + _TEXT_PX + 2 * _MARGIN_PX
    n_columns = max(len(row.pictures) for row in rows)
    top_px = _TEXT_PX + 2 * _MARGIN_PX
    size = (n_columns * column_px + _MARGIN_PX, top_px + len(rows) * row_px)
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(_TEXT_PX)
    for column, title in enumerate(titles):
        corner = (_MARGIN_PX + column * column_px, _MARGIN_PX)
        pen.text(corner, title, fill="black", font=font)
    for index, row in enumerate(rows):
        y = top_px + index * row_px
        for column, picture in enumerate(row.pictures):
            page.paste(picture, (_MARGIN_PX + column * column_px, y))
        corner = (_MARGIN_PX, y + height_px + _MARGIN_PX // 2)
        pen.text(corner, row.caption, fill="black", font=font)
    return page
