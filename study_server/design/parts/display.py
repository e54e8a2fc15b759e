"""`[display]` and `[timing]`: what stands where, and for how long. Pure."""

from typing import Annotated, Literal

from pydantic import Field

from study_server.design.parts.base import Part

Milliseconds = Annotated[int, Field(ge=0, le=120_000)]
Pixels = Annotated[int, Field(ge=1, le=10_000)]


class DisplayPart(Part):
    """How a trial looks, the same in all trials of a study."""

    layout: Literal["panel_left", "panels_both_sides"] = "panel_left"
    """`panel_left`: the panel, then the options side by side. `panels_both_sides`:
    minimal panel left, maximal panel right, options stacked between them."""

    panel_columns: Annotated[int, Field(ge=1, le=6)] = 2
    """Tiles in a row of a panel."""

    image_px: Pixels | None = None
    """Side of a query image in CSS px where there is room. None: as large as fits."""

    panel_visibility: Literal["stays", "hidden"] = "stays"
    """Whether the panel stays when the options appear."""

    buttons_locked_ms: Milliseconds = 0
    """Nothing can be answered this long after the options appeared."""

    window_gate: Literal["off", "warn", "block"] = "warn"
    """What a window below the minimum leads to."""

    min_window_width_px: Pixels = 1280
    """In CSS px."""

    min_window_height_px: Pixels = 720
    """In CSS px."""

    is_fullscreen_offered: bool = False
    """Offered, never required."""

    are_phones_allowed: bool = True
    """Whether a small touch screen may take part."""


class TimingPart(Part):
    """Durations."""

    panel_min_ms: Annotated[int, Field(ge=0, le=60_000)] = 8_000
    """The panel is studied alone this long before the options appear."""

    instructions_min_ms: Annotated[int, Field(ge=0, le=120_000)] = 20_000
    """The instructions cannot be left earlier."""

    lease_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """A slot not finished after this long is given to someone else: the platform's
    maximum time. None: three times `study.estimated_minutes`, and 2."""

    feedback_delay_ms: Milliseconds = 0
    """From the answer to its feedback."""

    feedback_ms: Milliseconds = 1_500
    """How long feedback stands."""

    resume_max_age_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """A session can be taken up again after so long an absence. None: as long as the
    lease."""
