"""Which exports a command reads, and the folder it makes of them."""

import argparse
from pathlib import Path

from analysis.download import export_address, fetch_export, is_address, read_token


def add_exports(parser: argparse.ArgumentParser) -> None:
    """One or more exports, a token for those that are downloaded, and `--out`."""
    parser.add_argument(
        "exports",
        nargs="+",
        metavar="EXPORT",
        help="study export, a zip or a folder, or https://HOST/api/studies/STUDY_ID/"
        "export, which is downloaded beside the folder as OUT-export.zip; several of "
        "one study are read as one",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="token for such an address"
    )
    parser.add_argument(
        "--token",
        help="the token itself, which others on this machine can then see; or set "
        "STUDY_SERVER_TOKEN",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to make"
    )


def export_paths(options: argparse.Namespace) -> tuple[Path, ...]:
    """The files of the exports, those named by an address downloaded first."""
    named = enumerate(options.exports, start=1)
    return tuple(_export_path(options, text, number) for number, text in named)


def _export_path(options: argparse.Namespace, text: str, number: int) -> Path:
    if not is_address(text):
        return Path(text)
    token = read_token(options.token, options.token_file)
    count = "" if number == 1 else f"-{number}"
    path: Path = options.out.with_name(f"{options.out.name}-export{count}.zip")
    fetch_export(export_address(text), token, path)
    print(f"{path} (downloaded, {path.stat().st_size / 1e6:.1f} MB)")
    return path
