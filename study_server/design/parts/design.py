"""`[design]`: what is shown to whom. Pure."""

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from study_server.bundle_kinds import STRATA
from study_server.design.conditions import CONDITIONS, FOIL_KINDS, NO_PANEL
from study_server.design.nearest import no_such
from study_server.design.parts.base import Part, Text, without_repeats

Task = Literal["two_alternative", "rating", "occlusion", "manipulation_check"]
TASKS: tuple[Task, ...] = get_args(Task)


class DesignPart(Part):
    """What is shown to whom."""

    task: Task = "two_alternative"
    """`two_alternative`: which photograph drives the feature more, and how sure.
    `rating`: how much one photograph drives it, 0 to 100. `occlusion`: one photograph
    with a square covered at two places. `manipulation_check`: which change of a
    photograph belongs to the panel."""

    conditions: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    """What panels show; crossed within participants, one block each, unless `crossing`
    says otherwise."""

    crossing: Literal["lists", "all", "between"] = "lists"
    """`lists`: everyone sees each feature once and all conditions, by a Latin square.
    `all`: everyone sees each feature in each condition. `between`: everyone sees one
    condition."""

    practice_features: Annotated[tuple[Text, ...], Field(strict=False)]
    """Used in practice only."""

    features: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    """Used in main trials. None: every feature of the bundle that neither practice nor
    catch trials use."""

    n_features: Annotated[int, Field(ge=1)] | None = None
    """Instead of `features`: so many of the bundle, dealt over its layers."""

    n_features_per_session: Annotated[int, Field(ge=1)] | None = None
    """With `crossing = "between"`: so many of the features, rotating over the slots.
    None: all."""

    n_query_pairs: Annotated[int, Field(ge=1)] = 1
    """Query pairs of each feature (or occluded photographs, or seed images, as the task
    is) that rotate over participants."""

    strata: dict[str, Annotated[int, Field(ge=0)]] | None = None
    """How many of the `n_query_pairs` come from each stratum. None: the first pairs
    that the bundle lists."""

    n_ratings: Annotated[int, Field(ge=2, le=100)] = 10
    """Photographs rated for one feature, spread over the activation percentiles."""

    asked: Literal["drives_more", "lowers_more"] = "drives_more"
    """Task `occlusion`: the right option is the one that the feature answers to more,
    or the one whose cover lowers it more."""

    n_panel_tiles: Annotated[int, Field(ge=1, le=24)] = 8
    """Example images of a panel."""

    panel_sizes: (
        Annotated[
            tuple[Annotated[int, Field(ge=1, le=24)], ...],
            Field(min_length=2, strict=False),
        ]
        | None
    ) = None
    """Instead of `n_panel_tiles`: several sizes, each with each condition in blocks of
    its own. A seed image makes two tiles: `[2, 4, 8, 16]` are 1, 2, 4 and 8 of them."""

    order: Literal["blocked", "mixed"] = "blocked"
    """`blocked`: one condition after the other. `mixed`: conditions change from trial
    to trial, at most 3 equal ones in a row; each trial says which it is, in the words
    of `[texts.LANGUAGE.conditions]`."""

    has_negative_panel: bool = False
    """Whether a second panel shows what the feature answers to least: minimal
    photographs or visualizations, or seed images beside their suppressions."""

    min_perceptual_distance: Annotated[float, Field(ge=0)] | None = None
    """Every query photograph lies at least so far from every tile, by the distances
    that the bundle brings, in their unit. None: they are not looked at."""

    visualization_order: Literal["ranked", "first_then_shuffled"] = "ranked"
    """Feature visualizations in the order of the bundle, or with all but the first
    shuffled anew in each trial."""

    none_after_slots: Annotated[int, Field(ge=0, le=1_000)] = 0
    """After every so many slots comes one whose panels are all left out: an own group
    that estimates the base rate. 0: no such group."""

    none_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Instead: this share of everyone's main trials has no panel."""

    foils: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Kinds of control whose panels should help no more than none; they take turns over
    the slots."""

    foil_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """This share of everyone's main trials shows one of the `foils`: at most 0.05."""

    is_none_around: bool = False
    """With `crossing = "all"` and the condition `none`: half of its trials come before
    the other conditions and half after."""

    @field_validator("conditions")
    @classmethod
    def _know_each_condition(cls, conditions: tuple[str, ...]) -> tuple[str, ...]:
        for name in conditions:
            if name not in CONDITIONS:
                raise ValueError(no_such("condition", name, CONDITIONS))
        return without_repeats(conditions)

    @field_validator("foils")
    @classmethod
    def _know_each_foil(cls, foils: tuple[str, ...]) -> tuple[str, ...]:
        for name in foils:
            if name not in FOIL_KINDS:
                raise ValueError(no_such("foil", name, FOIL_KINDS))
        return without_repeats(foils)

    @field_validator("panel_sizes")
    @classmethod
    def _name_each_size_once(
        cls, sizes: tuple[int, ...] | None
    ) -> tuple[int, ...] | None:
        if sizes is not None and len(set(sizes)) < len(sizes):
            raise ValueError(f"a size is named twice; got {list(sizes)}")
        return sizes

    @field_validator("practice_features", "features")
    @classmethod
    def _name_each_feature_once(
        cls, names: tuple[str, ...] | None
    ) -> tuple[str, ...] | None:
        return None if names is None else without_repeats(names)

    @field_validator("strata")
    @classmethod
    def _know_each_stratum(cls, strata: dict[str, int] | None) -> dict[str, int] | None:
        for name in strata or ():
            if name not in STRATA:
                raise ValueError(no_such("stratum", name, STRATA))
        return strata

    @property
    def n_rotations(self) -> int:
        """Sets of options of a feature that take turns over the slots."""
        return 1 if self.task == "rating" else self.n_query_pairs

    @property
    def panel_conditions(self) -> tuple[str, ...]:
        """The conditions that show a panel."""
        return tuple(name for name in self.conditions if name != NO_PANEL)

    @property
    def largest_panel(self) -> int:
        """Tiles of the largest panel."""
        return max(self.panel_sizes or (self.n_panel_tiles,))
