"""From a checked plan to a bundle on disk, stage by stage; finished work is reused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from generator.bundle import Bundle, write_bundle
from generator.bundles.assembly import assemble_bundle
from generator.bundles.covers import Picture
from generator.bundles.extras import Extras, make_extras
from generator.bundles.made_picture import levels
from generator.bundles.maker import Maker
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.plan_choices import choose_pairs, choose_tiles
from generator.cluster.executor import Executor, Here
from generator.exemplars.tiles import Tiles
from generator.features import Feature
from generator.index.activation_index import ActivationIndex, build_index
from generator.jobs import WorkFolder
from generator.pairs.query_pairs import QueryPair
from generator.photographs import read_photograph, to_canvas
from generator.progress import Progress
from generator.provenance import describe_generator


def make_bundle(
    checked: CheckedPlan,
    out: Path,
    *,
    work: WorkFolder,
    progress: Progress,
    created_at: datetime,
    executor: Executor | None = None,
) -> Bundle:
    """Index the photographs, choose, make the pictures, and write the bundle.

    Query pairs are chosen last, because none may look like a made picture; that the
    pool can supply them is seen before anything is made.

    Args:
        out: folder the bundle is written into.
        work: keeps what is finished, for a run that follows.
        executor: who makes the pictures. None: this process.

    Raises:
        PhotographError: photographs cannot be read; nothing was made.
        PoolError: the photographs cannot supply a feature.
        PoisonedJobsError: some pictures cannot be made or matched; the others are
            kept.
    """
    plan = checked.plan
    index = build_index(
        checked.network,
        checked.folder,
        checked.photographs,
        plan.features,
        canvas_px=checked.canvas_px,
        work=work,
        progress=progress,
    )
    tiles = choose_tiles(index, plan)
    executor = executor or Here(network=checked.network)
    maker = Maker(
        checked=checked,
        index=index,
        tiles=tiles,
        work=work,
        progress=progress,
        executor=executor,
    )
    made = maker.make_all()
    hashes = {feature: made[feature].perceptual_hashes for feature in plan.features}
    pairs = choose_pairs(index, plan, tiles, hashes)
    extras = _make_extras(checked, index, tiles=tiles, pairs=pairs)
    content, pictures = assemble_bundle(
        checked,
        index,
        tiles=tiles,
        made=made,
        pairs=pairs,
        extras=extras,
        generator={
            **describe_generator(executor.device),
            "threads": executor.n_threads,
        },
    )
    return write_bundle(out, plan.name, content, pictures, created_at=created_at)


def _make_extras(
    checked: CheckedPlan,
    index: ActivationIndex,
    *,
    tiles: Mapping[Feature, Tiles],
    pairs: Mapping[Feature, Sequence[QueryPair]],
) -> dict[Feature, Extras]:
    """What the plan asks for beside panels and pairs, if anything."""
    plan = checked.plan
    if plan.extras.is_empty:
        return {}

    def read(position: int) -> Picture:
        path = checked.folder / index.photographs[position].path
        preprocessing = checked.network.preprocessing
        canvas = to_canvas(read_photograph(path), preprocessing, checked.canvas_px)
        return levels(canvas)

    return {
        feature: make_extras(
            checked.network,
            feature,
            index.pool(feature),
            plan.extras,
            tiles=tiles[feature],
            pairs=pairs[feature],
            read=read,
        )
        for feature in plan.features
    }
