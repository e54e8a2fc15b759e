"""Tables, pictures and record of a measurement."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from generator.circuits.checks import verdicts
from generator.circuits.figure import circuit_figure
from generator.circuits.pictures import ACCENTUATIONS, MADE, VISUALIZATIONS
from generator.circuits.report import report
from generator.circuits.rows import PictureRow, cells
from generator.circuits.run import CircuitResult, mismatch
from generator.network_record import describe_network
from generator.photographs import to_picture
from generator.provenance import describe_generator, installed_version
from generator.results.contact_sheet import SheetRow, contact_sheet
from generator.results.result_folder import ResultFolder


def save_circuits(
    result: CircuitResult, folder: ResultFolder, *, with_figure: bool
) -> str:
    """Write everything; returns the text summary."""
    text = f"{_headline(result)}\n\n" + report(
        result.summary, result.checks, result.kernels
    )
    folder.write_bytes("summary.txt", f"{text}\n".encode())
    folder.write_table("coherence.csv", [cells(row) for row in result.rows])
    folder.write_table("pictures.csv", [cells(row) for row in _pictures(result)])
    folder.write_table("kinds.csv", [cells(row) for row in result.kinds])
    folder.write_table("summary.csv", [cells(row) for row in result.summary])
    if result.kernels:
        folder.write_table("kernels.csv", [cells(row) for row in result.kernels])
    folder.write_record("checks.json", _checks(result))
    for index in range(len(result.made)):
        _write_pictures(result, index, folder)
    if with_figure:
        folder.write_picture("figure.png", circuit_figure(result))
    folder.write_record("record.json", _record(result))
    return text


def _headline(result: CircuitResult) -> str:
    prepared, config = result.prepared, result.prepared.config
    return (
        f"{len(prepared.features)} features of {prepared.network.name}; made pictures "
        f"are compared at percentile {config.level_percentile:g} of "
        f"{len(prepared.pool.photographs)} photographs"
    )


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


def _pictures(result: CircuitResult) -> Iterator[PictureRow]:
    prepared = result.prepared
    seeds = prepared.pool.names(prepared.sets.seed_images)
    for index, made in enumerate(result.made):
        own = prepared.sets.features[index]
        for kind in MADE:
            found = made[kind]
            for i, off in enumerate(mismatch(found, own)):
                start = int(found.starts[i])
                yield PictureRow(
                    feature_id=str(prepared.features[index]),
                    kind=kind,
                    file=prepared.file_of(index, kind, start),
                    seed_image=None if kind in VISUALIZATIONS else seeds[start],
                    start=start,
                    activation=float(found.activations[i]),
                    level=own.level,
                    mismatch=float(off),
                    is_matched=bool(abs(off) <= prepared.config.match_tolerance),
                    n_steps=float(found.n_steps[i]),
                )


def _write_pictures(result: CircuitResult, index: int, folder: ResultFolder) -> None:
    """Raw pictures of one feature, and a contact sheet of them."""
    prepared, made = result.prepared, result.made[index]
    positions = prepared.sets.seed_images
    seeds = prepared.pool.canvases(positions)
    pictures = {
        (kind, int(start)): to_picture(image)
        for kind in MADE
        for start, image in zip(made[kind].starts, made[kind].images, strict=True)
    }
    for (kind, start), picture in pictures.items():
        folder.write_picture(prepared.file_of(index, kind, start), picture)
    sheet = []
    for start, name in enumerate(prepared.pool.names(positions)):
        row = [to_picture(seeds[start])]
        row += [
            p for (k, s), p in pictures.items() if k in ACCENTUATIONS and s == start
        ]
        sheet.append(SheetRow(pictures=row, caption=name))
    for kind in VISUALIZATIONS:
        if row := [p for (k, _), p in pictures.items() if k == kind]:
            sheet.append(SheetRow(pictures=row, caption=f"above: {kind}"))
    folder.write_picture(
        f"{prepared.stem_of(index)}.png",
        contact_sheet(sheet, titles=["seed_image", *ACCENTUATIONS]),
    )


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
