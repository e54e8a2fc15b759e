"""Pictures made elsewhere that a panel shows, as the leakage audit compares them."""

from pathlib import Path

import numpy as np

from generator.pairs.audit import ShownPicture
from generator.perceptual_hash import difference_hash
from generator.photographs import list_photographs, read_photograph


def read_shown_pictures(folder: Path) -> tuple[ShownPicture, ...]:
    """Every picture of a folder, sorted by path.

    Raises:
        PhotographError: there is no such folder, or a picture cannot be read.
    """
    return tuple(
        ShownPicture(
            name=picture.path,
            sha256=picture.sha256,
            perceptual_hash=difference_hash(
                np.asarray(read_photograph(folder / picture.path))
            ),
        )
        for picture in list_photographs(folder)
    )
