"""Hold a plan against its network and its photographs before anything is computed."""

from dataclasses import dataclass
from pathlib import Path

from generator.bundles.attributions import attribution_faults
from generator.bundles.control_sources import control_faults
from generator.bundles.plan import NetworkPlan, Plan, PlanDraft, raise_faults
from generator.bundles.plan_sources import (
    PlanOverrides,
    apply_network,
    find_directions,
    find_photographs,
    find_weights,
)
from generator.config import SearchConfig
from generator.directions.in_network import with_directions
from generator.errors import (
    ConfigError,
    FeatureNotFoundError,
    GeneratorError,
    LayerNotFoundError,
    PhotographError,
)
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import check_layer
from generator.networks import Network, load_network
from generator.photographs import Photograph, default_canvas_px, list_photographs
from generator.search.precision import check_precision


@dataclass(frozen=True, kw_only=True)
class CheckedPlan:
    """A plan that fits its network and photographs, as far as names and counts go."""

    plan: Plan
    """With the canvas filled in."""

    network: Network
    folder: Path
    """Of the photographs."""

    photographs: tuple[Photograph, ...]

    canvas_px: int
    """Side of every picture."""


def check_plan(draft: PlanDraft, overrides: PlanOverrides) -> CheckedPlan:
    """Load the network, list the photographs, and judge the whole plan.

    Raises:
        ConfigError: names every fault of the plan.
    """
    draft = apply_network(draft, overrides)
    faults = list(draft.faults)
    network = _network(draft, overrides, faults)
    if network is not None:
        found = _found_features(network, draft.features, faults)
        faults += _layer_faults(network, draft)
        faults += _precision_faults(network, draft)
        faults += _picture_faults(network, found, draft)
    faults += _goal_faults(draft)
    folder = find_photographs(draft, overrides)
    photographs = _photographs(folder, draft, faults)
    if photographs:
        faults += _pool_faults(photographs, draft)
    raise_faults(draft.path, faults)
    return _checked(draft.finished(), network, folder, photographs)


def _checked(
    plan: Plan,
    network: Network | None,
    folder: Path | None,
    photographs: list[Photograph],
) -> CheckedPlan:
    if network is None or folder is None:
        raise ValueError("a plan without network or photographs has faults; got none")
    canvas_px = plan.photographs.canvas_px or default_canvas_px(network.preprocessing)
    return CheckedPlan(
        plan=plan.with_canvas(canvas_px),
        network=network,
        folder=folder,
        photographs=tuple(photographs),
        canvas_px=canvas_px,
    )


def _network(
    draft: PlanDraft, overrides: PlanOverrides, faults: list[str]
) -> Network | None:
    table: NetworkPlan | None = draft.tables["network"]
    if table is None:
        return None
    try:
        weights = find_weights(draft, overrides)
        network = load_network(table.name, weights=weights, device=table.device)
        return with_directions(network, find_directions(draft))
    except GeneratorError as error:
        faults.append(f"network: {error}")
        return None


def _found_features(
    network: Network, features: tuple[Feature, ...], faults: list[str]
) -> list[Feature]:
    """The features the network has; the others are faults."""
    found = []
    for feature in features:
        try:
            find_objective(network, feature)
            found.append(feature)
        except (LayerNotFoundError, FeatureNotFoundError) as error:
            faults.append(f"features: {str(feature)!r}: {error}")
    return found


def _picture_faults(
    network: Network, features: list[Feature], draft: PlanDraft
) -> list[str]:
    """Attributions and controls that these features of this network cannot have."""
    attribution, controls = draft.tables["attribution"], draft.tables["controls"]
    faults = []
    if attribution is not None:
        faults += attribution_faults(network, features, attribution)
    if controls is not None:
        faults += control_faults(network, features, controls)
    return faults


def _goal_faults(draft: PlanDraft) -> list[str]:
    """Settings of the accentuations that a bundle cannot follow."""
    accentuation, matching = draft.tables["accentuation"], draft.tables["matching"]
    if accentuation is None:
        return []
    faults = []
    if accentuation.uses_region:
        faults.append(
            "accentuation: penalty_side and edit_inside_only need a region of each "
            "seed image, which a plan does not give; leave them out"
        )
    if matching is not None and matching.activation and accentuation.distance_budget:
        faults.append(
            "accentuation.distance_budget and matching.activation cannot both be "
            "reached; ask for one of them"
        )
    return faults


def _layer_faults(network: Network, draft: PlanDraft) -> list[str]:
    """Regularization layers the network does not have."""
    accentuation = draft.tables["accentuation"]
    faults = []
    for name in accentuation.regularization_layers if accentuation else ():
        try:
            check_layer(name, network.layers)
        except LayerNotFoundError as error:
            faults.append(f"accentuation.regularization_layers: {error}")
    return faults


def _precision_faults(network: Network, draft: PlanDraft) -> list[str]:
    """Precisions the network's device does not have."""
    faults = []
    for name in ("accentuation", "visualization"):
        config: SearchConfig | None = draft.tables[name]
        try:
            if config is not None:
                check_precision(network, config.precision)
        except ConfigError as error:
            faults.append(f"{name}: {error}")
    return faults


def _photographs(
    folder: Path | None, draft: PlanDraft, faults: list[str]
) -> list[Photograph]:
    if folder is None:
        if draft.tables["photographs"] is not None:
            faults.append(
                "photographs.folder is missing: name the folder of photographs there, "
                "or on the command line (--photographs DIR)"
            )
        return []
    try:
        return list_photographs(folder)
    except PhotographError as error:
        faults.append(f"photographs.folder: {error}")
        return []


def _pool_faults(photographs: list[Photograph], draft: PlanDraft) -> list[str]:
    """A pool that is too small or lacks the classes that the strata need."""
    selection, pairs = draft.tables["selection"], draft.tables["query_pairs"]
    if selection is None or pairs is None:
        return []
    faults = []
    needed = selection.n_natural + selection.n_seed_images + 2 * pairs.n_pairs
    if len(photographs) < needed:
        faults.append(
            f"photographs: a feature needs {needed} different photographs "
            f"({selection.n_natural} exemplars, {selection.n_seed_images} seed images, "
            f"2 x {pairs.n_pairs} queries); got {len(photographs)}. Add photographs, "
            "or lower the numbers in selection and query_pairs"
        )
    n_unlabelled = sum(photo.class_label is None for photo in photographs)
    if pairs.needs_classes and n_unlabelled:
        faults.append(
            f"query_pairs: far = {pairs.far} and within_class = {pairs.within_class} "
            f"need the class of every photograph, but {n_unlabelled} of "
            f"{len(photographs)} lie in no sub-folder. Sort them into one folder per "
            "class, or set far = 0 and within_class = 0"
        )
    return faults
