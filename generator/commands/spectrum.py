"""`accentuate spectrum`: the mean magnitude spectrum of a folder of photographs."""

import argparse
from pathlib import Path
from typing import Any

from generator.commands.arguments import add_command


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "spectrum",
        summary="Measure the mean spectrum of photographs, which fourier_phase keeps.",
        example="accentuate spectrum photos/ --out spectrum.safetensors\n"
        "  accentuate visualize --parameterization fourier_phase "
        "--spectrum spectrum.safetensors \\\n    --feature logit:brick --out out",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of photographs")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="a new .safetensors file",
    )
    parser.add_argument(
        "--side-px",
        type=int,
        default=128,
        metavar="PX",
        help="side that the photographs are resized to (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, write, and say of what."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.errors import OutputError
    from generator.parameterization.natural_spectrum import measure_spectrum

    if arguments.out.exists():
        raise OutputError(f"{arguments.out} exists; name a new file")
    spectrum = measure_spectrum(arguments.folder, side_px=arguments.side_px)
    spectrum.write(arguments.out)
    print(
        f"spectrum of {spectrum.n_photographs} photographs "
        f"(SHA-256 {spectrum.photographs_sha256[:12]}…) in {arguments.out}"
    )
    return 0
