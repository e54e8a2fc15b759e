"""From a study export to a finished report folder: the one call behind the command."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from analysis.bundle import read_feature_labels
from analysis.config import FIGURE_FORMATS, ReportConfig
from analysis.errors import ConfigError, ExportFormatError
from analysis.figures.render import (
    parted,
    render_figures,
    to_csv,
    with_page_format,
)
from analysis.latex import latex_tables
from analysis.load import StudyExport
from analysis.output import check_replaceable, is_finished, write_folder
from analysis.page import render_page
from analysis.planted import check_planted_fits, read_planted_accuracies
from analysis.preregistration import Preregistration, read_preregistration
from analysis.provenance import describe_inputs
from analysis.ratings.files import rating_files
from analysis.ratings.results import analyse_ratings
from analysis.results import RESAMPLING, Analysis, analyse, to_json
from analysis.sections.listed import SECTIONS
from analysis.several_exports import load_exports
from analysis.tables import all_tables
from analysis.warnings_found import LEAK

READING, DRAWING = "reading", "drawing"
STAGES = (READING, RESAMPLING, *SECTIONS, DRAWING)
"""What a report is made in, in this order."""


class ReportOutcome(NamedTuple):
    """What a call made."""

    config: ReportConfig
    is_reused: bool
    """Whether the folder already held the report of exactly these inputs."""

    leaks: tuple[str, ...]
    """Sentences that say where a panel gave the answer away."""


def write_report(
    config: ReportConfig, *, say: Callable[[str], None] = lambda _: None
) -> ReportOutcome:
    """Analyse an export and write results, tables, figures and the page.

    A folder that already holds the report of the same inputs is left as it is.

    Args:
        say: told each of `STAGES` before it begins.

    Raises:
        AnalysisError: an input is malformed, or the folder is not ours to replace.
    """
    path = config.preregistration_path
    plan = read_preregistration(path) if path else None
    if plan is not None:
        config = replace(config, analysis=plan.followed_by(config.analysis))
    try:
        provenance = describe_inputs(config)
    except OSError as error:
        raise ExportFormatError(
            f"cannot read {error.filename}: {error.strerror}. "
            "Check the path of the export and of the other inputs."
        ) from error
    inputs_sha256 = str(provenance["inputs_sha256"])
    if is_finished(config.out_dir, inputs_sha256):
        return ReportOutcome(config, is_reused=True, leaks=_leaks(config.out_dir))
    check_replaceable(config.out_dir)
    say(READING)
    export = load_exports(config.all_export_paths)
    if plan is not None:
        plan.check_study(str(export.header["study_id"]))
    labels = config.bundle_dir and read_feature_labels(config.bundle_dir, export.header)
    if export.is_rating:
        files = _rating_files(export, config, provenance, plan, labels or None)
        write_folder(config.out_dir, files, inputs_sha256=inputs_sha256)
        return ReportOutcome(config, is_reused=False, leaks=())
    planted = None
    if config.planted_path:
        planted = read_planted_accuracies(config.planted_path)
        main = export.trials["trial_kind"] == "main"
        conditions = set(export.trials.loc[main, "condition"])
        check_planted_fits(planted, conditions, config.planted_path)
    analysis = analyse(
        export,
        config.analysis,
        provenance=provenance,
        planted=planted,
        feature_labels=labels or None,
        preregistration=plan,
        say=say,
    )
    say(DRAWING)
    files = report_files(
        analysis, figure_formats=config.figure_formats, png_dpi=config.png_dpi
    )
    write_folder(config.out_dir, files, inputs_sha256=inputs_sha256)
    return ReportOutcome(config, is_reused=False, leaks=_leaks(config.out_dir))


def _rating_files(
    export: StudyExport,
    config: ReportConfig,
    provenance: Mapping[str, Any],
    preregistration: Preregistration | None,
    feature_labels: Mapping[str, str] | None,
) -> dict[str, bytes]:
    if config.planted_path:
        raise ConfigError(
            f"{config.planted_path} plants accuracies, and ratings have none. Leave "
            "--planted out."
        )
    analysis = analyse_ratings(
        export,
        config.analysis,
        provenance=provenance,
        feature_labels=feature_labels,
        preregistration=preregistration,
    )
    files = rating_files(
        analysis, figure_formats=config.figure_formats, png_dpi=config.png_dpi
    )
    return {**files, "sidecar.json": _sidecar(analysis.results)}


def _leaks(folder: Path) -> tuple[str, ...]:
    results = json.loads((folder / "results.json").read_bytes())
    found = results.get("warnings", [])
    return tuple(each["text"] for each in found if each["id"].startswith(LEAK))


def _sidecar(results: Mapping[str, Any]) -> bytes:
    """What every table and figure beside it was made from."""
    provenance = results["provenance"]
    names = ("export_sha256", "code_sha256", "inputs_sha256")
    facts = {
        **{name: provenance.get(name) for name in names},
        "preregistration_sha256": (results["preregistration"] or {}).get("sha256"),
        "study_id": results["study"]["study_id"],
    }
    return (json.dumps(facts, indent=2, sort_keys=True) + "\n").encode()


def report_files(
    analysis: Analysis,
    *,
    figure_formats: Sequence[str] = FIGURE_FORMATS,
    png_dpi: int = 300,
) -> dict[str, bytes]:
    """Every file of the report: path inside the folder -> content."""
    figures = render_figures(
        analysis, formats=with_page_format(figure_formats), png_dpi=png_dpi
    )
    tables = all_tables(analysis)
    drawings, figures = parted(figures, figure_formats)
    return {
        "results.json": to_json(analysis.results).encode(),
        "report.html": render_page(analysis.results, drawings).encode(),
        **{f"tables/{name}.csv": to_csv(t).encode() for name, t in tables.items()},
        **{
            f"latex/{name}.tex": text.encode()
            for name, text in latex_tables(analysis.results).items()
        },
        "sidecar.json": _sidecar(analysis.results),
        **{f"figures/{name}": content for name, content in figures.items()},
    }
