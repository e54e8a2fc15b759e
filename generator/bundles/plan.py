"""The plan of a bundle: a TOML file, read whole, with every fault named at once.

What needs the network or the photographs to be judged is in `plan_check.py`.
No torch.
"""

import re
import tomllib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from generator.bundles.attribution_config import AttributionPlan
from generator.bundles.control_config import ControlsConfig, MatchingConfig
from generator.bundles.extras_config import ExtrasConfig
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import ConfigError
from generator.exemplars.tiles import SelectionConfig
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.pairs.query_pairs import QueryPairConfig
from generator.toml_tables import Table, read_config, unknown_keys

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""What a bundle may be called: its name becomes part of a folder's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkPlan:
    """Which network is looked into."""

    name: str = "embedded"
    """`embedded`, or a classifier of torchvision."""

    weights: str | None = None
    """Weights file, relative to the plan. None: the network's own."""

    directions: tuple[str, ...] = ()
    """Direction files that features may name, relative to the plan."""

    device: str = "cpu"
    """Where the network computes, e.g. `cpu` or `cuda:0`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotographsPlan:
    """Which photographs are shown and changed, and at what size."""

    folder: str | None = None
    """Folder of photographs, relative to the plan; sub-folders are classes."""

    canvas_px: int | None = None
    """Side of every picture. None: 8/7 of the side the network sees."""

    def __post_init__(self) -> None:
        if self.canvas_px is not None and self.canvas_px < 32:
            raise ConfigError(f"canvas_px must be at least 32; got {self.canvas_px}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """The keys at the top of a plan."""

    name: str
    features: tuple[str, ...]
    rng_seed: int = 0
    n_feature_visualizations: int = 8

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise ConfigError(
                "name must be 1 to 40 lower-case letters, digits, - and _; "
                f"got {self.name!r}"
            )
        if self.rng_seed < 0:
            raise ConfigError(f"rng_seed must not be negative; got {self.rng_seed}")
        if self.n_feature_visualizations < 0:
            raise ConfigError(
                "n_feature_visualizations must not be negative; "
                f"got {self.n_feature_visualizations}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything a bundle's content depends on, apart from photographs and weights."""

    name: str
    """First part of the bundle's id."""

    features: tuple[Feature, ...]
    """The features people will be asked about."""

    rng_seed: int
    """Every random choice follows from it."""

    n_feature_visualizations: int
    """Pictures started from noise, per feature."""

    network: NetworkPlan
    photographs: PhotographsPlan
    selection: SelectionConfig
    query_pairs: QueryPairConfig
    accentuation: AccentuationConfig
    visualization: VisualizationConfig
    attribution: AttributionPlan
    controls: ControlsConfig
    matching: MatchingConfig
    extras: ExtrasConfig = field(default_factory=ExtrasConfig)

    def as_config(self) -> dict[str, Any]:
        """The plan as a manifest stores it: plain values, defaults filled in."""
        values = asdict(self)
        if self.extras.is_empty:  # as in bundles made before there were any
            del values["extras"]
        return values | {"features": [str(feature) for feature in self.features]}

    def with_canvas(self, canvas_px: int) -> "Plan":
        """The same plan with every picture of one given size."""
        return replace(
            self,
            photographs=replace(self.photographs, canvas_px=canvas_px),
            accentuation=self.accentuation.with_changes(canvas_px=canvas_px),
            visualization=self.visualization.with_changes(canvas_px=canvas_px),
        )


TABLES: dict[str, type[Any]] = {
    "network": NetworkPlan,
    "photographs": PhotographsPlan,
    "selection": SelectionConfig,
    "query_pairs": QueryPairConfig,
    "accentuation": AccentuationConfig,
    "visualization": VisualizationConfig,
    "attribution": AttributionPlan,
    "controls": ControlsConfig,
    "matching": MatchingConfig,
    "extras": ExtrasConfig,
}
"""The tables of a plan, each with the config it becomes."""

HEAD_KEYS = frozenset({"name", "features", "rng_seed", "n_feature_visualizations"})


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """A plan as far as it could be read, with all its faults."""

    path: Path
    """The plan file."""

    features: tuple[Feature, ...]
    """Those whose text could be read."""

    tables: dict[str, Any]
    """The config of each table, None where the table has faults."""

    head: _Head | None
    faults: list[str] = field(default_factory=list)
    """Sentences, each naming a key, what was found there, and what to do."""

    def finished(self) -> Plan:
        """The plan, now that nothing is wrong with it.

        Raises:
            ConfigError: names every fault.
        """
        raise_faults(self.path, self.faults)
        head = cast(_Head, self.head)  # a head that could not be read is a fault
        return Plan(
            name=head.name,
            features=self.features,
            rng_seed=head.rng_seed,
            n_feature_visualizations=head.n_feature_visualizations,
            **self.tables,
        )


def raise_faults(path: Path, faults: list[str]) -> None:
    """Refuse a plan with all its faults; return when there are none."""
    if not faults:
        return
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = "".join(f"\n  - {fault}" for fault in faults)
    raise ConfigError(f"{path} has {count}:{lines}")


def read_plan(path: Path) -> Plan:
    """Read a plan that must be free of faults.

    Raises:
        ConfigError: the file is missing or not TOML, or has faults, all named.
    """
    return draft_plan(path).finished()


def draft_plan(path: Path) -> PlanDraft:
    """Read a plan, keeping a list of what is wrong with it.

    Raises:
        ConfigError: the file is missing or not TOML.
    """
    content = _read_toml(path)
    faults = unknown_keys(content, {*HEAD_KEYS, *TABLES}, where="")
    head_keys = {key: content[key] for key in HEAD_KEYS if key in content}
    head = read_config(_Head, head_keys, where="", faults=faults)
    tables = {
        name: read_config(kind, content.get(name, {}), where=name, faults=faults)
        for name, kind in TABLES.items()
    }
    for name in ("accentuation", "visualization"):
        if getattr(tables[name], "canvas_px", None) is not None:
            faults.append(
                f"{name}.canvas_px cannot differ between the pictures of a bundle: "
                "set photographs.canvas_px instead"
            )
    features = _read_features(content.get("features"), faults)
    return PlanDraft(
        path=path, features=features, tables=tables, head=head, faults=faults
    )


def _read_toml(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"no plan at {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _read_features(texts: object, faults: list[str]) -> tuple[Feature, ...]:
    """Parse the list of features; what is no list of texts is a fault of the head."""
    if not isinstance(texts, list):
        return ()
    if not texts:
        faults.append("features is empty: name at least one, e.g. logit:brick")
    found: list[Feature] = []
    for text in texts:
        if not isinstance(text, str):
            continue
        try:
            feature = parse_feature(text)
            if feature.rank is not None:
                raise ConfigError(
                    f"{text!r} is another logit for each picture; name one logit"
                )
            if feature in found:
                raise ConfigError(f"{text!r} is named twice; remove one")
            found.append(feature)
        except ConfigError as error:
            faults.append(f"features: {error}")
    return tuple(found)
