"""Tables, pictures and record of a measurement."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from generator.circuits.case import Case
from generator.circuits.checks import verdicts
from generator.circuits.figure import circuit_figure
from generator.circuits.pictures import MADE, VISUALIZATIONS
from generator.circuits.report import report
from generator.circuits.rows import cells
from generator.circuits.run import CircuitResult
from generator.contact_sheet import SheetRow, contact_sheet
from generator.image_run import describe_network
from generator.photographs import to_picture
from generator.provenance import describe_generator, installed_version
from generator.result_folder import ResultFolder


def save_circuits(
    result: CircuitResult, folder: ResultFolder, *, with_figure: bool
) -> str:
    """Write everything; returns the text summary."""
    text = report(result.summary, result.checks, result.kernels)
    folder.write_table("coherence.csv", [cells(row) for row in result.rows])
    folder.write_table("kinds.csv", [cells(row) for row in result.kinds])
    folder.write_table("summary.csv", [cells(row) for row in result.summary])
    if result.kernels:
        folder.write_table("kernels.csv", [cells(row) for row in result.kernels])
    folder.write_record("checks.json", _checks(result))
    for case in result.cases:
        _write_pictures(case, folder)
    if with_figure:
        folder.write_picture("figure.png", circuit_figure(result))
    folder.write_record("record.json", _record(result))
    return text


def _checks(result: CircuitResult) -> dict[str, Any]:
    failed = verdicts(result.checks)
    return {
        "checks": [check.as_record() for check in result.checks],
        "informative_layers": [layer for layer, found in failed.items() if not found],
        "uninformative_layers": {
            layer: [check.id for check in found]
            for layer, found in failed.items()
            if found
        },
    }


def _write_pictures(case: Case, folder: ResultFolder) -> None:
    """Raw pictures of one feature, and a contact sheet of them."""
    slug = folder.new_stem(str(case.feature))
    seeds = case.pictures["seed_image"]
    columns = ["seed_image", *(kind for kind in MADE if kind not in VISUALIZATIONS)]
    sheet = []
    for index, start in enumerate(seeds.starts):
        row = [to_picture(seeds.images[index])]
        for kind in columns[1:]:
            shown = case.pictures[kind]
            if start in shown.starts:
                picture = to_picture(shown.images[list(shown.starts).index(start)])
                folder.write_picture(f"{slug}/{kind}--{start}.png", picture)
                row.append(picture)
        sheet.append(SheetRow(pictures=row, caption=seeds.names[index]))
    for kind in VISUALIZATIONS:
        shown = case.pictures[kind]
        pictures = [to_picture(image) for image in shown.images]
        for start, picture in zip(shown.starts, pictures, strict=True):
            folder.write_picture(f"{slug}/{kind}--{start}.png", picture)
        if pictures:
            sheet.append(SheetRow(pictures=pictures, caption=f"above: {kind}"))
    folder.write_picture(f"{slug}.png", contact_sheet(sheet, titles=columns))


def _record(result: CircuitResult) -> dict[str, Any]:
    prepared = result.prepared
    pool = prepared.pool

    def named(positions: Sequence[int]) -> list[str]:
        return pool.names(positions)

    sets = {
        str(feature): {
            "natural": named(list(own.natural)),
            "other": named(list(own.other)),
            "lower": {f"{p:g}": named(list(found)) for p, found in own.lower.items()},
            "held_out": named(list(own.held_out)),
            "level": own.level,
            "activation_range": own.activation_range,
            "layers": list(prepared.layers[feature]),
            "unrelated_feature": str(prepared.features[other]),
        }
        for feature, own, other in zip(
            prepared.features, prepared.sets.features, prepared.unrelated, strict=True
        )
    }
    return {
        "config": asdict(prepared.config),
        "canvas_px": pool.canvas_px,
        "network": describe_network(prepared.network),
        "n_photographs": len(pool.photographs),
        "photographs": {photo.path: photo.sha256 for photo in pool.photographs},
        "seed_images": named(list(prepared.sets.seed_images)),
        "features": sets,
        "rng_seed": prepared.config.rng_seed,
        "matplotlib": installed_version("matplotlib"),
        "generator": describe_generator(prepared.network.device),
    }
