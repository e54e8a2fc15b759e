"""`accentuate attribute`: attribution maps of a photograph and its accentuation."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from generator.attribution.image_result import ImageResult
from generator.attribution.settings import METHODS, AttributionConfig, check_methods
from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    advance,
    network_from,
)
from generator.commands.options import add_new_folder
from generator.feature_text import parse_feature

_SETTINGS: tuple[tuple[str, type, str, str], ...] = (
    ("integration_steps", int, "N", "integrated gradients: points on the way"),
    ("smooth_samples", int, "N", "SmoothGrad: noisy copies"),
    ("smooth_noise", float, "X", "SmoothGrad: sd, fraction of black to white"),
    (
        "grad_cam_layer",
        str,
        "NAME",
        "Grad-CAM: layer (default: last before the feature)",
    ),
    ("occlusion_window_px", int, "PX", "occlusion: square, for a 224-pixel input"),
    ("occlusion_stride_px", int, "PX", "occlusion: step, for a 224-pixel input"),
    ("rise_masks", int, "N", "RISE: random masks"),
    ("clip_percent", float, "P", "display: share of the pixels at full strength"),
    ("views_per_pass", int, "N", "pictures that go through the network at once"),
    ("rng_seed", int, "N", "of SmoothGrad's noise and the masks"),
)


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "attribute",
        summary="Attribution maps of a feature on photographs and accentuations.",
        details="Writes a figure for each photograph and feature, every map as shown "
        "and as raw arrays (.npz), a table and a record.",
        example=(
            "accentuate attribute --from-result made --network mobilenet_v2 "
            "--weights mobilenet.pth --out maps\n"
            "  accentuate attribute dog.jpg --accentuation dog--logit-tabby.png \\\n"
            "    --network mobilenet_v2 --weights mobilenet.pth --feature logit:tabby "
            "\\\n    --method grad_cam --method rise --out maps"
        ),
    )
    parser.add_argument(
        "photographs", nargs="*", type=Path, metavar="PHOTO", help="files or folders"
    )
    parser.add_argument(
        "--feature",
        action="append",
        default=[],
        metavar="F",
        help="LAYER:CHANNEL, logit:LABEL, logit:INDEX, logit:#N, or an expression such "
        "as 'logit:a - logit:b'; may be given several times. With --from-result: only "
        "its accentuations of these",
    )
    parser.add_argument(
        "--method",
        action="append",
        metavar="M",
        help=f"{', '.join(METHODS)}; may be given several times (default: all)",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--accentuation",
        action="append",
        type=Path,
        default=[],
        metavar="PICTURE",
        help="made of the photograph in the same place; once for each photograph",
    )
    source.add_argument(
        "--from-result",
        type=Path,
        metavar="DIR",
        help="a folder made by `accentuate image`: its photographs and accentuations",
    )
    add_new_folder(parser)
    parser.add_argument(
        "--canvas", type=int, metavar="PX", help="side of photographs shown alone"
    )
    add_network_arguments(parser)
    group = parser.add_argument_group("methods (each setting has a default of its own)")
    for name, kind, metavar, text in _SETTINGS:
        option = f"--{name.removesuffix('_px').replace('_', '-')}"
        group.add_argument(option, dest=name, type=kind, metavar=metavar, help=text)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check everything, attribute, print the table."""
    methods = check_methods(arguments.method or METHODS)
    features = [parse_feature(text) for text in arguments.feature]
    for feature in features:
        _ = feature.rank  # refuses a malformed one
    folder = arguments.from_result
    result = None if folder is None else ImageResult.read(folder)
    config = _config(arguments, result)
    # Imported late: `--help` need not wait seconds for torch.
    from generator.attribution.captum_maps import check_captum
    from generator.attribution.maps import n_views
    from generator.attribution.pairs import PairRequest, find_pairs
    from generator.attribution.run import make_attributions
    from generator.results.result_folder import ResultFolder

    check_captum(methods)
    request = PairRequest(
        photographs=arguments.photographs,
        features=features,
        accentuations=arguments.accentuation,
        result=result,
        canvas_px=arguments.canvas,
    )
    out = ResultFolder.create(arguments.out)
    network = network_from(arguments)
    pairs = find_pairs(network, request)
    n_pictures = sum(pair.n_pictures for pair in pairs)
    total = n_pictures * n_views(methods, config, network.preprocessing.input_px)
    with tqdm(total=total, desc="attributing", unit="view", file=sys.stderr) as bar:
        rows = make_attributions(
            network,
            pairs,
            methods,
            config,
            out,
            from_result=folder,
            on_progress=lambda n: advance(bar, n),
        )
    print_table(rows)
    print(f"written to {arguments.out}")
    return 0


def _config(
    arguments: argparse.Namespace, result: ImageResult | None
) -> AttributionConfig:
    """The settings given; the display of a result folder's opacity maps by default."""
    settings = {} if result is None else result.display()
    for name, *_ in _SETTINGS:
        value = getattr(arguments, name)
        if value is not None:
            settings[name] = value
    return AttributionConfig(**settings)


def print_table(rows: list[dict[str, Any]]) -> None:
    """One line for each photograph, feature and method."""
    print(
        f"{'photograph':22}  {'feature':24}  {'method':20}  {'before':>8}  "
        f"{'after':>8}  {'rank corr.':>10}  sum off by"
    )
    for row in rows:
        errors = [
            f"{row[key]:.2%}"
            for key in (
                "completeness_error_seed_image",
                "completeness_error_accentuation",
            )
            if row[key] is not None
        ]
        flag = "  INCOMPLETE" if row["is_complete"] is False else ""
        print(
            f"{row['photograph'][:22]:22}  {row['feature_id'][:24]:24}  "
            f"{row['method']:20}  {_number(row['activation_seed_image']):>8}  "
            f"{_number(row['activation_accentuation']):>8}  "
            f"{_number(row['rank_correlation']):>10}  {', '.join(errors)}{flag}"
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:z.2f}"
