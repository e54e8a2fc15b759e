"""The photographs of an activation index, where they lie, still as they were."""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from generator.errors import PhotographError
from generator.index.activation_table import ActivationTable
from generator.networks import Preprocessing
from generator.photograph_folder import Photograph, photograph_sha256
from generator.photographs import read_photograph, to_canvas


@dataclass(frozen=True, kw_only=True)
class IndexedFolder:
    """The photographs of an index, where they lie."""

    table: ActivationTable
    folder: Path

    def photograph(self, position: int) -> Photograph:
        """A photograph whose bytes are still those that were indexed.

        Raises:
            PhotographError: it is gone, or was changed since.
        """
        photograph = self.table.photographs[position]
        path = self.folder / photograph.path
        if not path.is_file():
            raise PhotographError(
                f"no photograph at {path}; give the folder that was indexed"
            )
        if photograph_sha256(path) != photograph.sha256:
            raise PhotographError(
                f"{path} was changed since {self.table.path} was made; make the index "
                "anew"
            )
        return photograph

    def canvas(self, position: int, canvas_px: int | None = None) -> Tensor:
        """(3, canvas_px, canvas_px) canvas of a photograph, as it was indexed."""
        image = read_photograph(self.folder / self.photograph(position).path)
        side = self.table.facts["canvas_px"] if canvas_px is None else canvas_px
        return to_canvas(image, self._preprocessing, side)

    @property
    def _preprocessing(self) -> Preprocessing:
        network = self.table.facts["network"]
        return Preprocessing(
            input_px=network["input_px"],
            resize_px=network["resize_px"],
            mean=tuple(network["mean"]),
            std=tuple(network["std"]),
        )
