"""A folder that `accentuate image` has made, read back. No torch."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.errors import ConfigError, PhotographError
from generator.features import Feature
from generator.photograph_folder import photograph_sha256

if TYPE_CHECKING:
    from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageResult:
    """Its record and its table of accentuations."""

    path: Path
    record: dict[str, Any]
    """run.json."""

    rows: list[dict[str, str]]
    """metrics.csv."""

    @classmethod
    def read(cls, path: Path) -> "ImageResult":
        """Read the record and the table.

        Raises:
            ConfigError: the folder was not made by `accentuate image`.
        """
        try:
            record = json.loads((path / "run.json").read_text(encoding="utf-8"))
            with (path / "metrics.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{path} is not a folder made by `accentuate image`: {error}"
            ) from error
        needed = {"photographs", "network", "config"}
        columns = {"photograph", "feature_id", "file"}
        is_record = isinstance(record, dict) and needed <= record.keys()
        if not is_record or not rows or not columns <= rows[0].keys():
            raise ConfigError(
                f"{path} lacks what `accentuate image` writes to run.json and "
                "metrics.csv; give a folder that it has made"
            )
        return cls(path=path, record=record, rows=rows)

    def rows_of(self, features: Sequence[Feature]) -> list[dict[str, str]]:
        """The accentuations of these features; of all if there are none.

        Raises:
            ConfigError: a feature has no accentuation here.
        """
        wanted = {str(feature) for feature in features}
        there = {row["feature_id"] for row in self.rows}
        if missing := sorted(wanted - there):
            raise ConfigError(
                f"{self.path} has no accentuation of {', '.join(missing)}; it has: "
                f"{', '.join(sorted(there))}"
            )
        return [row for row in self.rows if not wanted or row["feature_id"] in wanted]

    def check_network(self, network: "Network") -> None:
        """See that this is the network of the accentuations.

        Raises:
            ConfigError: it is another one.
        """
        theirs = self.record["network"]
        if theirs["weights_sha256"] != network.weights_sha256:
            raise ConfigError(
                f"{self.path} was made with {theirs['name']} and weights "
                f"{theirs['weights_sha256'][:12]}…; got {network.name} and weights "
                f"{network.weights_sha256[:12]}…. Give the same network and weights."
            )

    def display(self) -> dict[str, Any]:
        """The clipping and the blur its opacity maps are shown with."""
        config = self.record["config"]
        names = ("clip_percent", "blur_fraction")
        return {name: config[name] for name in names if name in config}

    def photograph(self, name: str, moved: Sequence[Path]) -> Path:
        """Where the photograph of that name lies, unchanged since.

        Raises:
            PhotographError: it is not there, has changed, or two have the name.
        """
        recorded = {
            Path(path): sha256
            for path, sha256 in self.record["photographs"].items()
            if Path(path).name == name
        }
        candidates = [path for path in moved if path.name == name] or list(recorded)
        for path in candidates:
            if path.is_file() and photograph_sha256(path) in recorded.values():
                if len(recorded) == 1:
                    return path
                raise PhotographError(
                    f"{self.path} has {len(recorded)} photographs called {name!r}; "
                    "give one of them and its accentuations by name (--accentuation)"
                )
        raise PhotographError(
            f"the photograph {name!r} of {self.path} has moved or changed; give its "
            "place as PHOTO"
        )
