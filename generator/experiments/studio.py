"""Makes the pictures of an experiment, and writes each as soon as it is there.

Table, contact sheet and record are written at the end, also when interrupted: they
then cover what is finished.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from generator.accentuation import Accentuation, accentuate_each
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.errors import GeneratorError, NotFiniteError
from generator.experiments.panel import Panel
from generator.experiments.record import figure_record
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.table import caption_of, filled, row_of
from generator.experiments.trial import (
    RandomWeights,
    Shown,
    Trial,
    shown_accentuation,
    shown_refusal,
)
from generator.features import Feature
from generator.images.tables import Row, distance_rows
from generator.networks import Network
from generator.photographs import quantize, to_picture
from generator.results.contact_sheet import labelled_sheet
from generator.results.result_folder import ResultFolder
from generator.search.problem import OnCrops
from generator.streams import content_id

_LONGEST_PART = 48
"""Characters of a label in a file name."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plan:
    """What an experiment will make, everything checked."""

    title: str
    note: str
    """What the sheet is to be read for."""

    n_crops: int
    """Crops its searches send through the network: the measure of the work."""

    make: "Callable[[Studio], None]"

    show_masks: bool = False
    """Opacity maps belong to it, asked for or not."""


@dataclass(kw_only=True, eq=False)
class Studio:
    """Where pictures are made, shown and written."""

    scene: Scene
    plan: Plan
    folder: ResultFolder
    experiment: str
    on_crops: OnCrops | None = None
    rows: list[Row] = field(default_factory=list)
    distances: list[Row] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What came out, for the sheet's note and the record."""

    is_finished: bool = False

    def __post_init__(self) -> None:
        self.pool = self.scene.natural_pool([])
        self._photographs: dict[str, str] = {}
        self.show_masks = self.plan.show_masks or self.scene.request.show_masks

    def run(self) -> None:
        """Make everything; what is finished is written, whatever happens."""
        try:
            self.plan.make(self)
            self.is_finished = True
        finally:
            if self.rows:
                self._write_summary()

    def measure_pool(self, features: Iterable[Feature]) -> None:
        """Show the pool to the network once for all of these features."""
        new = [f for f in dict.fromkeys(features) if f not in self.pool.activations]
        if new:
            found = self.scene.natural_pool(new)
            known = {**self.pool.activations, **found.activations}
            self.pool = replace(found, activations=known)

    def begin(self, heading: str) -> None:
        """A new row of the sheet."""
        self.panels.append(Panel(heading=heading))

    def show_photograph(
        self,
        seed: SeedImage,
        feature: Feature,
        *,
        label: str = "seed image",
        setting: dict[str, Any] | None = None,
        says_feature: bool = False,
    ) -> None:
        """A photograph as the network sees it, and what the feature says of it.

        Args:
            says_feature: name the feature below, where its row shows several.
        """
        image = quantize(seed.canvas)
        found = feature_activations(self.scene.network, image[None], [feature])
        self.show(
            Shown(
                label=label,
                kind="natural",
                photograph=seed.name,
                feature=feature,
                image=image,
                activation_before=None,
                activation_after=float(found[0, 0]),
                setting=setting or {},
                caption=(str(feature),) if says_feature else (),
            )
        )

    def show(self, shown: Shown, *, slot: int | None = None) -> None:
        """Write a picture, measure it and put it on the sheet.

        Args:
            slot: a place kept for it by `Panel.keep`; None: the next one.
        """
        panel = self.panels[-1]
        stem = self._stem(shown)
        file = None if shown.image is None else f"{stem}.png"
        self.measure_pool([] if shown.weights else [shown.feature])
        row = row_of(shown, band=panel.heading, pool=self.pool, file=file)
        if shown.image is not None:
            self.folder.write_picture(f"{stem}.png", to_picture(shown.image))
        views = panel.put(
            shown,
            caption=caption_of(shown, row),
            slot=panel.keep(1) if slot is None else slot,
            config=self.scene.config if self.show_masks else None,
        )
        for name, view in views.items():
            self.folder.write_picture(f"{stem}.{name}.png", view)
        self.rows.append(row)
        if shown.made is not None and file is not None:
            self.distances += distance_rows(shown.made, file=file)

    def _stem(self, shown: Shown) -> str:
        """A file name; a photograph shown again keeps its own."""
        if shown.kind != "natural" or shown.image is None:
            return self.folder.new_stem(*_name_parts(shown))
        key = content_id(*_name_parts(shown), shown.image.numpy().tobytes())
        if key not in self._photographs:
            self._photographs[key] = self.folder.new_stem(*_name_parts(shown))
        return self._photographs[key]

    def show_view(self, name: str, label: str, picture: Image.Image) -> None:
        """Write a view of the last picture as a file of its own, and show it.

        Args:
            name: follows the picture's in the file name; says what was done.
        """
        stem = Path(self.rows[-1]["file"]).stem
        self.folder.write_picture(f"{stem}.{name}.png", picture)
        self.panels[-1].put_view(label, picture)

    def accentuate(self, trials: Sequence[Trial]) -> None:
        """Make, write and show trials, side by side in their order."""
        first = self.panels[-1].keep(len(trials))
        for trial, made in self.search(trials):
            self.show(
                shown_refusal(trial)
                if made is None
                else shown_accentuation(trial, made),
                slot=first + trials.index(trial),
            )

    def search(
        self, trials: Sequence[Trial]
    ) -> Iterator[tuple[Trial, Accentuation | None]]:
        """Search for trials without showing them; None where there is no gradient."""
        self.measure_pool(t.shown_feature for t in trials if t.weights is None)
        for (weights, _), group in groupby(trials, lambda t: (t.weights, t.config)):
            members = list(group)
            yield from self._search(self._network(weights), members)

    def _network(self, weights: RandomWeights | None) -> Network:
        own = self.scene.network
        return own if weights is None else weights.of(own)

    def _search(
        self, network: Network, trials: list[Trial]
    ) -> Iterator[tuple[Trial, Accentuation | None]]:
        by_job = {id(trial.job): trial for trial in trials}
        refused: list[Trial] = []

        def refuse(job: AccentuationJob, error: GeneratorError) -> None:
            if isinstance(error, NotFiniteError):
                raise error
            refused.append(by_job[id(job)])

        for made in accentuate_each(
            network,
            [trial.job for trial in trials],
            trials[0].config,
            on_crops=self.on_crops,
            on_refused=refuse,
        ):
            trial = by_job[id(made.job)]
            yield trial, trial.in_shown_units(made)
        for trial in refused:
            yield trial, None

    def _write_summary(self) -> None:
        self.folder.write_table("metrics.csv", filled(self.rows))
        if self.distances:
            self.folder.write_table("distances.csv", self.distances)
        bands = [band for panel in self.panels for band in panel.bands()]
        if bands:
            sheet = labelled_sheet(bands, title=self.plan.title, note=self._note())
            self.folder.write_picture("contact_sheet.png", sheet)
        record = figure_record(
            self.scene,
            experiment=self.experiment,
            is_finished=self.is_finished,
            remarks=self.remarks,
            rows=self.rows,
        )
        self.folder.write_record("figure.json", record)

    def _note(self) -> str:
        n_pool = len(self.scene.pool)
        said = ["the feature's activation in the seed image and in the picture"]
        if n_pool:
            said.append(f"percentile among {n_pool} photographs")
        if any(row["ssim"] is not None for row in self.rows):
            said.append("structural similarity to the seed image (SSIM)")
        cut = [] if self.is_finished else ["INTERRUPTED: some pictures are missing."]
        captions = f"Under each picture: {'; '.join(said)}."
        return " ".join([self.plan.note, captions, *cut, *self.remarks])


def _name_parts(shown: Shown) -> list[str]:
    label = shown.file_label or shown.label
    if shown.kind == "natural":
        return [Path(shown.photograph).stem, label[:_LONGEST_PART]]
    named = "" if str(shown.feature) in label else str(shown.feature)
    parts = [Path(shown.photograph).stem, named, label]
    if shown.suppress:
        parts.append("suppressed")
    return [part[:_LONGEST_PART] for part in dict.fromkeys(parts) if part]
