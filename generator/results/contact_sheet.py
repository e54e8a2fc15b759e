"""Pictures side by side on one page, each with its title and what is said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_PAGE_PX = 1760
"""Width of a full page: wide enough to read on a screen, small enough to print."""

_MOST_COLUMNS = 8
_TILE_PX = (150, 320)
"""Smallest and largest side of a picture on the page."""

_MARGIN_PX = 28
_GAP_PX = 14
_TITLE_PX, _HEADING_PX, _LABEL_PX, _CAPTION_PX = 28, 19, 16, 14
_LINE = 1.3
"""Distance of two lines of text over their size."""

_INK, _GRAY, _RULE = "#1a1a1a", "#5f5f5f", "#d4d4d4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One picture and its words."""

    picture: Image.Image | None
    """None leaves an empty frame: there is no such picture, and the caption says
    why."""

    title: str = ""
    caption: Sequence[str] = ()
    """Lines under the picture; one too long is broken at its spaces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Pictures that belong together, in one row or, if they are many, several."""

    tiles: Sequence[Tile]
    heading: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """Pictures of one size and what is said of them."""

    pictures: Sequence[Image.Image]
    caption: str


def contact_sheet(rows: Sequence[SheetRow], *, titles: Sequence[str]) -> Image.Image:
    """One page with a title over each column and a line of text over each row."""
    bands = []
    for index, row in enumerate(rows):
        named = [*titles, *[""] * len(row.pictures)] if index == 0 else None
        tiles = [
            Tile(picture=picture, title=named[column] if named else "")
            for column, picture in enumerate(row.pictures)
        ]
        bands.append(Band(heading=row.caption, tiles=tiles))
    return labelled_sheet(bands)


def labelled_sheet(
    bands: Sequence[Band], *, title: str = "", note: str = ""
) -> Image.Image:
    """A page of bands under a title and a note, all pictures in one grid.

    Pictures are scaled to the grid for the page only.

    Args:
        bands: at least one with a tile.
        title: in large letters.
        note: in gray letters, broken into lines; says what the captions mean.
    """
    n_columns = min(_MOST_COLUMNS, max(len(band.tiles) for band in bands))
    room_px = _PAGE_PX - 2 * _MARGIN_PX + _GAP_PX
    smallest, largest = _TILE_PX
    tile_px = max(smallest, min(largest, room_px // n_columns - _GAP_PX))
    width_px = 2 * _MARGIN_PX + n_columns * (tile_px + _GAP_PX) - _GAP_PX
    page = _Page(width_px=max(width_px, 2 * _MARGIN_PX + 480), tile_px=tile_px)
    page.write(title, size_px=_TITLE_PX)
    page.write(note, size_px=_CAPTION_PX, color=_GRAY)
    for band in bands:
        page.begin_band(band.heading)
        for first in range(0, len(band.tiles), n_columns):
            page.place(band.tiles[first : first + n_columns])
    return page.finished()


class _Page:
    """Grows downwards."""

    def __init__(self, *, width_px: int, tile_px: int) -> None:
        self._image = Image.new("RGB", (width_px, 256), "white")
        self._pen = ImageDraw.Draw(self._image)
        self._tile_px = tile_px
        self._y = _MARGIN_PX

    def write(self, text: str, *, size_px: int, color: str = _INK) -> None:
        """Text from margin to margin; nothing for an empty one."""
        if text:
            width = self._image.width - 2 * _MARGIN_PX
            self._y += self._lines([text], _MARGIN_PX, self._y, width, size_px, color)
            self._y += size_px // 3

    def begin_band(self, heading: str) -> None:
        """A thin rule, and the heading."""
        if not heading:
            return
        self._y += _GAP_PX // 2
        self._make_room(_GAP_PX)
        right = self._image.width - _MARGIN_PX
        y = self._y
        self._pen.line([(_MARGIN_PX, y), (right, y)], fill=_RULE)
        self._y += _GAP_PX
        self.write(heading, size_px=_HEADING_PX)

    def place(self, tiles: Sequence[Tile]) -> None:
        """One row: titles on one base line, pictures, captions."""
        columns = list(self._columns(len(tiles)))
        side = self._tile_px
        titles = [_wrapped([t.title], side, _LABEL_PX) for t in tiles]
        n_title_lines = max(len(lines) for lines in titles)
        step = round(_LABEL_PX * _LINE)
        for x, lines in zip(columns, titles, strict=True):
            above = (n_title_lines - len(lines)) * step
            self._lines(lines, x, self._y + above, side, _LABEL_PX, _INK)
        self._y += n_title_lines * step + (4 if n_title_lines else 0)
        shown = [_scaled(tile.picture, side) for tile in tiles]
        height = max((p.height for p in shown if p is not None), default=side)
        self._make_room(height)
        for x, picture in zip(columns, shown, strict=True):
            self._put(picture, x, height)
        self._y += height + 6
        self._y += max(
            self._lines(tile.caption, x, self._y, side, _CAPTION_PX, _GRAY)
            for x, tile in zip(columns, tiles, strict=True)
        )
        self._y += _GAP_PX

    def finished(self) -> Image.Image:
        """The page, cut to what is on it."""
        height = self._y + _MARGIN_PX - _GAP_PX
        self._make_room(height - self._y)
        return self._image.crop((0, 0, self._image.width, height))

    def _columns(self, count: int) -> Iterator[int]:
        for column in range(count):
            yield _MARGIN_PX + column * (self._tile_px + _GAP_PX)

    def _put(self, picture: Image.Image | None, x: int, height: int) -> None:
        if picture is not None:
            self._image.paste(picture, (x, self._y))
            return
        corners = [(x, self._y), (x + self._tile_px - 1, self._y + height - 1)]
        self._pen.rectangle(corners, outline=_RULE)

    def _lines(
        self,
        texts: Sequence[str],
        x: int,
        y: int,
        width_px: int,
        size_px: int,
        color: str,
    ) -> int:
        """Write texts, broken to a width; returns the height taken."""
        lines = _wrapped(texts, width_px, size_px)
        step = round(size_px * _LINE)
        self._make_room(y - self._y + len(lines) * step)
        for number, line in enumerate(lines):
            corner = (x, y + number * step)
            self._pen.text(corner, line, fill=color, font=_font(size_px))
        return len(lines) * step

    def _make_room(self, height_px: int) -> None:
        needed = self._y + height_px + _MARGIN_PX
        if needed > self._image.height:
            grown = Image.new("RGB", (self._image.width, 2 * needed), "white")
            grown.paste(self._image)
            self._image, self._pen = grown, ImageDraw.Draw(grown)


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _scaled(picture: Image.Image | None, side_px: int) -> Image.Image | None:
    """As wide as a column, proportions kept."""
    if picture is None or picture.width == side_px:
        return picture
    height_px = max(1, round(picture.height * side_px / picture.width))
    return picture.resize((side_px, height_px), Image.Resampling.LANCZOS)


def _wrapped(texts: Sequence[str], width_px: int, size_px: int) -> list[str]:
    """The texts in lines that fit a width; a word too long is cut off."""
    font = _font(size_px)
    lines: list[str] = []
    for text in filter(None, texts):
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}".lstrip()
            if line and font.getlength(longer) > width_px:
                lines.append(_cut(line, width_px, font))
                longer = word
            line = longer
        lines.append(_cut(line, width_px, font))
    return lines


def _cut(
    line: str, width_px: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> str:
    if font.getlength(line) <= width_px:
        return line
    while line and font.getlength(f"{line}...") > width_px:
        line = line[:-1]
    return f"{line}..."
