"""How the trials of a study are laid out and timed, as its browsers are told. Pure."""

from dataclasses import dataclass

from study_server.design.definition import StudyDefinition


@dataclass(frozen=True, kw_only=True, slots=True)
class Display:
    """The same for all trials of a study; meanings stand in the study definition."""

    layout: str
    panel_columns: int
    image_px: int | None
    panel_visibility: str
    buttons_locked_ms: int
    window_gate: str
    min_window_width_px: int
    min_window_height_px: int
    is_fullscreen_offered: bool
    panel_min_ms: int
    feedback_delay_ms: int
    feedback_ms: int


def display_of(definition: StudyDefinition) -> Display:
    """What the definition says under `[display]` and `[timing]`."""
    display, timing = definition.display, definition.timing
    return Display(
        layout=display.layout,
        panel_columns=display.panel_columns,
        image_px=display.image_px,
        panel_visibility=display.panel_visibility,
        buttons_locked_ms=display.buttons_locked_ms,
        window_gate=display.window_gate,
        min_window_width_px=display.min_window_width_px,
        min_window_height_px=display.min_window_height_px,
        is_fullscreen_offered=display.is_fullscreen_offered,
        panel_min_ms=timing.panel_min_ms,
        feedback_delay_ms=timing.feedback_delay_ms,
        feedback_ms=timing.feedback_ms,
    )


def has_feedback(definition: StudyDefinition, *, is_practice: bool) -> bool:
    """Whether participants are told what was right; the same in a whole part."""
    part = definition.practice if is_practice else definition.main
    return part.has_feedback


def panel_name(
    definition: StudyDefinition, language: str, condition: str
) -> str | None:
    """What participants are told a condition is called: only of mixed ones (2.2)."""
    if definition.design.order == "blocked":
        return None
    return definition.texts_in(language).conditions[condition]
