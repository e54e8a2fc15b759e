"""How the trials of a study are laid out and timed, as its browsers are told. Pure."""

from dataclasses import dataclass, fields

from study_server.design.definition import StudyDefinition


@dataclass(frozen=True, kw_only=True, slots=True)
class Display:
    """The same for all trials of a study; meanings stand in the study definition."""

    layout: str = "panel_left"
    panel_columns: int = 2
    image_px: int | None = None
    panel_visibility: str = "stays"
    buttons_locked_ms: int = 0
    window_gate: str = "off"
    min_window_width_px: int = 1280
    min_window_height_px: int = 720
    is_fullscreen_offered: bool = False
    panel_min_ms: int = 0
    feedback_delay_ms: int = 0
    feedback_ms: int = 0


def display_of(definition: StudyDefinition) -> Display:
    """What the definition says under `[display]` and `[timing]`."""
    tables = (getattr(definition, "display", None), definition.timing)
    return Display(
        **{
            field.name: getattr(table, field.name)
            for field in fields(Display)
            for table in tables
            if hasattr(table, field.name)
        }
    )
