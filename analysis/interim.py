"""A blind look while a study runs: people, exclusions and precision, no answers.

Who was right in main trials is left out before anything is counted, so a look costs no
error rate and can be repeated: it would show the same whichever answers had been right.
Looks that test something are those of `analysis.sequential`.
"""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.errors import ConfigError
from analysis.exclusions import apply_rules, blinded, rules_of_definition
from analysis.load import StudyExport
from analysis.measures import ordered_conditions
from analysis.output import check_replaceable, write_folder
from analysis.page import render
from analysis.power.components import StudyPlan, VarianceComponents
from analysis.power.precision import precision
from analysis.preregistration import Preregistration, read_preregistration
from analysis.provenance import LIBRARIES, digest, sha256_of_code, sha256_of_file
from analysis.results import plain, preregistration_facts, to_json
from analysis.several_exports import load_exports
from analysis.summaries import catch_facts, flow_facts, study_facts


@dataclass(frozen=True, kw_only=True, slots=True)
class InterimConfig:
    """Where a blind look comes from and goes to."""

    export_paths: tuple[Path, ...]
    """Exports of one study, blind or not."""

    out_dir: Path
    """Folder made by the look."""

    components: VarianceComponents
    """Assumed, or of a pilot."""

    preregistration_path: Path | None = None
    """What was decided before the data were seen. None: the study's own exclusions."""

    n_planned: int | None = None
    """Participants at the end. None: the study's number of places."""

    def __post_init__(self) -> None:
        if self.n_planned is not None and self.n_planned < 1:
            raise ConfigError(
                "the planned number of participants must be at least 1; got "
                f"{self.n_planned}"
            )


NO_FORMULA = "The formula is one for choices; there is none for ratings."
TOO_SMALL = "Precision needs two participants, two features and two conditions."


def write_interim(config: InterimConfig) -> dict[str, Any]:
    """Look at exports and write `interim.json` and `interim.html`.

    Raises:
        AnalysisError: an input is malformed, or the folder is not ours to replace.
    """
    check_replaceable(config.out_dir)
    export = load_exports(config.export_paths, hides_truth=True)
    path = config.preregistration_path
    plan = read_preregistration(path) if path else None
    facts = interim_facts(
        export, config.components, n_planned=config.n_planned, preregistration=plan
    )
    inputs = {
        "export_sha256": export.sha256,
        "preregistration_sha256": sha256_of_file(path),
        "components": asdict(config.components),
        "n_planned": config.n_planned,
        "code_sha256": sha256_of_code(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    results: dict[str, Any] = plain({**facts, "provenance": inputs})
    files = {
        "interim.json": to_json(results).encode(),
        "interim.html": render("interim.html", results=results).encode(),
    }
    write_folder(config.out_dir, files, inputs_sha256=digest(inputs), command="interim")
    return results


def interim_facts(
    export: StudyExport,
    components: VarianceComponents,
    *,
    n_planned: int | None = None,
    preregistration: Preregistration | None = None,
) -> dict[str, Any]:
    """What may be seen while people take part.

    Args:
        export: loaded with `hides_truth`.
        components: assumed, or of a pilot; never of these answers.
        n_planned: participants at the end; None: the study's `n_slots`.
        preregistration: its exclusions apply, and its looks are listed.

    Returns:
        study, flow and catch as in a report, sizes, precision (now and at the planned
        number: see `Precision`), looks (share of the planned participants and |z| to
        exceed at each), preregistration.
    """
    rules = (
        preregistration.rules()
        if preregistration
        else rules_of_definition(export.definition)
    )
    flow = apply_rules(blinded(export.participants, export.trials), rules)
    main = export.trials.loc[export.trials["trial_kind"] == "main"]
    is_kept = main["is_answered"] & ~main["session_id"].isin(list(flow.removed))
    answered = main.loc[is_kept]
    sizes: dict[str, Any] = {
        "n_participants": int(answered["participant_id"].nunique()),
        "n_features": int(answered["feature_id"].nunique()),
        "n_responses": len(answered),
        "conditions": ordered_conditions(list(main["condition"].unique())),
        "n_planned": _planned(export, n_planned),
    }
    now = sizes["n_participants"]
    return {
        "study": study_facts(export, flow),
        "sizes": sizes,
        "flow": flow_facts(export, flow),
        "catch": catch_facts(export, flow),
        "components": asdict(components),
        "precision": [
            _precision_row(label, n, sizes, components, is_rating=export.is_rating)
            for label, n in (("now", now), ("planned", sizes["n_planned"]))
            if n is not None
        ],
        "looks": _looks(preregistration, now, sizes["n_planned"]),
        "preregistration": preregistration_facts(preregistration),
    }


def _planned(export: StudyExport, n_planned: int | None) -> int | None:
    if n_planned is not None:
        return n_planned
    slots = dict(export.definition.get("study", {})).get("n_slots")
    return slots if isinstance(slots, int) else None


def _precision_row(
    label: str,
    n_participants: int,
    sizes: dict[str, Any],
    components: VarianceComponents,
    *,
    is_rating: bool,
) -> dict[str, Any]:
    """Precision of a difference of two conditions with so many participants."""
    row = {"label": label, "n_participants": n_participants}
    if is_rating:
        return {**row, "precision": None, "reason": NO_FORMULA}
    n_features, now = sizes["n_features"], sizes["n_participants"]
    try:
        plan = StudyPlan(
            n_participants=n_participants,
            n_features=n_features,
            n_conditions=len(sizes["conditions"]),
            n_trials=min(round(sizes["n_responses"] / max(now, 1)), n_features),
        )
    except ConfigError:
        return {**row, "precision": None, "reason": TOO_SMALL}
    found = precision(plan, components)
    return {**row, "precision": found._asdict(), "reason": None}


def _looks(
    preregistration: Preregistration | None, now: int, n_planned: int | None
) -> list[dict[str, Any]]:
    """The preregistered tests: when each is due, and what it asks for."""
    if preregistration is None or not n_planned:
        return []
    bounds: Sequence[float] = preregistration.z_bounds
    due = [-(-n_planned * look // len(bounds)) for look in range(1, len(bounds) + 1)]
    return [
        {"look": look, "n_participants": n, "z_bound": z, "is_due": now >= n}
        for look, (n, z) in enumerate(zip(due, bounds, strict=True), start=1)
    ]
