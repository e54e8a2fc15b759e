"""One planned trial, and the parts of a definition that plans follow from. Pure."""

from dataclasses import dataclass, field
from typing import Protocol

from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart, MainPart, PracticePart
from study_server.design.treatments import Treatment


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTrial:
    """What one trial shows, and which option is right."""

    task: str
    block_index: int | None
    """None in practice."""
    practice_round: int | None
    """From 0; None outside practice."""
    trial_kind: str
    """`main`, `catch`, `practice` or `repeat`."""
    condition: str
    feature_id: str
    query_pair_id: str | None
    """Of an occlusion its own id; None in catch trials that show a tile."""
    stratum: str | None
    activation_gap: float | None
    target_stimulus_id: str
    """The right option, or the one rated."""
    distractor_stimulus_id: str | None
    """None where one photograph is rated."""
    option_stimulus_ids: tuple[str, ...]
    """In display order: left and right, or first and second where they are stacked."""
    correct_option: str | None
    """`left` or `right`; None where one photograph is rated."""
    panel_stimulus_ids: tuple[str, ...]
    """In reading order; empty without a panel."""
    negative_panel_stimulus_ids: tuple[str, ...]
    """In reading order; empty without a second panel."""
    reference_stimulus_id: str | None
    """The uncovered photograph of an occlusion trial."""

    @property
    def treatment(self) -> Treatment:
        """Its condition and the size of its panel."""
        return Treatment(self.condition, len(self.panel_stimulus_ids))


class HasPlanParts(Protocol):
    """Whatever has the tables of a study.toml that decide its plans."""

    @property
    def design(self) -> DesignPart:
        """What is shown to whom."""

    @property
    def practice(self) -> PracticePart:
        """Trials before the main part."""

    @property
    def main(self) -> MainPart:
        """The trials that count."""

    @property
    def catch(self) -> CatchPart:
        """Trials that everyone who looks gets right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanParts:
    """The tables that decide plans, without the rest of a definition."""

    design: DesignPart
    practice: PracticePart = field(default_factory=PracticePart)
    main: MainPart = field(default_factory=MainPart)
    catch: CatchPart = field(default_factory=CatchPart)
