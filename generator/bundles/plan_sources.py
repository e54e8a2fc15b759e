"""Where a plan's weights and photographs lie, and what was finished from them.

No torch: a bundle that is finished is found again in a moment.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from generator import demo
from generator.bundle import Bundle, verify_bundle
from generator.bundles.plan import NetworkPlan, PhotographsPlan, PlanDraft
from generator.errors import GeneratorError
from generator.file_hash import file_sha256
from generator.jobs import content_key, write_whole
from generator.photograph_folder import list_photographs
from generator.provenance import code_key

EMBEDDED_WEIGHTS = Path(demo.__file__).with_name("weights.safetensors")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOverrides:
    """What the command line says in place of the plan."""

    network: str | None = None
    """Name of the network."""

    weights: Path | None = None
    """Weights file."""

    photographs: Path | None = None
    """Folder of photographs."""

    device: str | None = None
    """Where the network computes."""

    is_elsewhere: bool = False
    """Pictures are made on other machines: what their devices have is seen there."""


def apply_network(draft: PlanDraft, overrides: PlanOverrides) -> PlanDraft:
    """The draft with the command line's network and device in place of its own."""
    table: NetworkPlan | None = draft.tables["network"]
    if table is None:
        return draft
    changed = replace(table, device=overrides.device or table.device)
    if overrides.network not in {None, table.name}:
        # The plan's weights and directions belong to the plan's network.
        changed = replace(changed, name=overrides.network, weights=None, directions=())
    return replace(draft, tables=draft.tables | {"network": changed})


def find_weights(draft: PlanDraft, overrides: PlanOverrides) -> Path | None:
    """The weights file to load; None for the network's own."""
    if overrides.weights is not None:
        return overrides.weights
    table: NetworkPlan | None = draft.tables["network"]
    if table is None or table.weights is None:
        return None
    return draft.path.parent / table.weights


def find_directions(draft: PlanDraft) -> list[Path]:
    """The direction files of the plan."""
    table: NetworkPlan | None = draft.tables["network"]
    names = table.directions if table is not None else ()
    return [draft.path.parent / name for name in names]


def find_photographs(draft: PlanDraft, overrides: PlanOverrides) -> Path | None:
    """The folder of photographs; None when neither plan nor command line has one."""
    if overrides.photographs is not None:
        return overrides.photographs
    table: PhotographsPlan | None = draft.tables["photographs"]
    if table is None or table.folder is None:
        return None
    return draft.path.parent / table.folder


def sources_key(draft: PlanDraft, overrides: PlanOverrides) -> str | None:
    """Hash of everything a bundle depends on; None where that is not known cheaply.

    The weights that torchvision keeps for itself are found by loading the network.
    """
    if draft.faults:
        return None
    plan = apply_network(draft, overrides).finished()
    weights = find_weights(draft, overrides)
    if weights is None and plan.network.name == "embedded":
        weights = EMBEDDED_WEIGHTS
    folder = find_photographs(draft, overrides)
    directions = find_directions(apply_network(draft, overrides))
    if folder is None or weights is None:
        return None
    if not all(path.is_file() for path in (weights, *directions)):
        return None
    try:
        photographs = list_photographs(folder)
    except GeneratorError:
        return None  # the full check says what is wrong
    return content_key(
        plan.as_config(),
        code_key(),
        [file_sha256(path) for path in (weights, *directions)],
        [[one.path, one.sha256, one.class_label] for one in photographs],
    )


def find_finished(out: Path, work: Path, key: str | None) -> Bundle | None:
    """The bundle a former run finished from the very same things, re-checked.

    Raises:
        BundleError: it was changed since.
    """
    if key is None:
        return None
    try:
        record = json.loads(_record_path(work, key).read_text(encoding="utf-8"))
        folder = out / str(record["bundle_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return verify_bundle(folder) if folder.is_dir() else None


def remember_finished(work: Path, key: str | None, bundle: Bundle) -> None:
    """Note which bundle was finished, for the next run of the same plan."""
    if key is not None:
        record = json.dumps({"bundle_id": bundle.bundle_id})
        write_whole(_record_path(work, key), record.encode())


def _record_path(work: Path, key: str) -> Path:
    return work / "finished" / f"{key}.json"
