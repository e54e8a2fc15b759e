"""`[design]`: what is shown to whom. Pure."""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from study_server.bundle_kinds import STRATA
from study_server.design.conditions import CONDITIONS, NO_PANEL
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

    has_negative_panel: bool = False
    """Whether a second panel shows what the feature answers to least."""

    visualization_order: Literal["ranked", "first_then_shuffled"] = "ranked"
    """Feature visualizations in the order of the bundle, or with all but the first
    shuffled anew in each trial."""

    none_after_slots: Annotated[int, Field(ge=0, le=1_000)] = 0
    """After every so many slots comes one whose panels are all left out: an own group
    that estimates the base rate. 0: no such group."""

    none_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Instead: this share of everyone's main trials has no panel."""

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


def design_faults(design: DesignPart) -> list[tuple[str, str]]:
    """What in a design contradicts itself: the key, and what to do about it."""
    return [
        *_feature_faults(design),
        *_tile_faults(design),
        *_none_faults(design),
        *_rotation_faults(design),
    ]


def _feature_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    if both := set(design.features or ()) & set(design.practice_features):
        yield (
            "practice_features",
            f"{', '.join(map(repr, sorted(both)))} is used in practice and in main "
            "trials; take it out of one",
        )
    if design.features is not None and design.n_features is not None:
        yield "n_features", "is given beside features; take one of them out"
    if design.n_features_per_session is not None and design.crossing != "between":
        yield (
            "n_features_per_session",
            "goes with crossing = 'between'; with "
            f"{design.crossing!r} everyone sees all features",
        )


def _tile_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    paired = [name for name in design.conditions if CONDITIONS[name].is_side_by_side]
    if paired and design.n_panel_tiles % 2:
        yield (
            "n_panel_tiles",
            f"is {design.n_panel_tiles}, but {paired[0]!r} shows tiles two by two; "
            "give a multiple of 2",
        )
    single = [n for n in design.panel_conditions if not CONDITIONS[n].has_negative]
    if design.has_negative_panel and single:
        yield (
            "has_negative_panel",
            f"is true, but {single[0]!r} has no images that the feature answers to "
            "least; leave the condition or the panel out",
        )


def _none_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    has_none = NO_PANEL in design.conditions
    if design.none_after_slots and design.none_share:
        yield (
            "none_share",
            "gives everyone some trials without a panel, and none_after_slots makes a "
            "group of such; set one of them to 0",
        )
    if has_none and (design.none_after_slots or design.none_share):
        yield (
            "conditions",
            "'none' is among them, and none_after_slots or none_share adds it once "
            "more; leave one out",
        )
    if design.crossing != "lists" and design.none_share:
        yield "none_share", "goes with crossing = 'lists'; set it to 0"
    if design.is_none_around and not (has_none and design.crossing == "all"):
        yield (
            "is_none_around",
            "goes with crossing = 'all' and 'none' among the conditions",
        )
    if not design.panel_conditions and design.crossing != "between":
        yield "conditions", "'none' is the only one; add one that shows a panel"


def _rotation_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    n_pairs, n_conditions = design.n_query_pairs, len(design.conditions)
    if design.strata is not None and sum(design.strata.values()) != n_pairs:
        yield (
            "strata",
            f"names {sum(design.strata.values())} pairs, n_query_pairs is {n_pairs}; "
            "make them equal",
        )
    if design.crossing == "all" and n_pairs < n_conditions:
        yield (
            "n_query_pairs",
            f"is {n_pairs}, but with crossing = 'all' nobody meets a pair twice only "
            f"if it is at least {n_conditions}, the number of conditions",
        )
