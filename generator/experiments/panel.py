"""A row of a figure's sheet, and the rows of masked views under it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from generator.config import AccentuationConfig
from generator.experiments.trial import Shown
from generator.photographs import to_picture
from generator.results.contact_sheet import Band, Tile
from generator.results.saved_accentuation import blur_px
from generator.search.opacity import display_opacity, render_masked


def display_name(clip_percent: float, blur: float) -> str:
    """How a map is displayed, for file names: `p5.sd2px`."""
    return f"p{clip_percent:g}.sd{blur:.2g}px"


@dataclass(kw_only=True, slots=True, eq=False)
class Panel:
    """Places of a row, filled in any order."""

    heading: str
    _tiles: list[Tile | None] = field(default_factory=list)
    _maps: dict[int, Image.Image] = field(default_factory=dict)
    _masked: dict[int, Image.Image] = field(default_factory=dict)
    _display: str = ""

    def keep(self, count: int) -> int:
        """Keep the next places; returns the first one's number."""
        first = len(self._tiles)
        self._tiles += [None] * count
        return first

    def put(
        self,
        shown: Shown,
        *,
        caption: list[str],
        slot: int,
        config: AccentuationConfig | None,
    ) -> dict[str, Image.Image]:
        """Fill a place.

        Args:
            config: how opacity maps are displayed; None: they are not.

        Returns:
            The masked views by name, to be written beside the picture.
        """
        picture = None if shown.image is None else to_picture(shown.image)
        self._tiles[slot] = Tile(picture=picture, title=shown.label, caption=caption)
        if config is None or shown.opacity_map is None or shown.image is None:
            return {}
        blur = blur_px(config, shown.image)
        displayed = display_opacity(
            shown.opacity_map, clip_percent=config.clip_percent, blur_px=blur
        )
        self._display = (
            f"strongest {config.clip_percent:g} % of pixels fully opaque, "
            f"blurred by {blur:g} px"
        )
        done = display_name(config.clip_percent, blur)
        self._maps[slot] = to_picture(displayed.expand(3, -1, -1))
        self._masked[slot] = to_picture(render_masked(shown.image, displayed))
        return {
            f"opacity_map.{done}": self._maps[slot],
            f"masked.{done}": self._masked[slot],
        }

    def put_view(self, label: str, picture: Image.Image) -> None:
        """A view of the picture before, in a place of its own."""
        self._tiles.append(Tile(picture=picture, title=label))

    def bands(self) -> Iterator[Band]:
        """The row of pictures, and those of maps and masked pictures if there are."""
        tiles = [tile for tile in self._tiles if tile is not None]
        if not tiles:
            return
        yield Band(heading=self.heading, tiles=tiles)
        for name, views in (("opacity map", self._maps), ("masked", self._masked)):
            if views:
                yield Band(heading=f"{name} ({self._display})", tiles=self._row(views))

    def _row(self, views: dict[int, Image.Image]) -> list[Tile]:
        blank = Image.new("RGB", next(iter(views.values())).size, "white")
        return [
            Tile(picture=views.get(slot, blank))
            for slot, tile in enumerate(self._tiles)
            if tile is not None
        ]
