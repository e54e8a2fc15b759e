"""What one column of the export declares about itself. No Flask, no database."""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp"]

MISSING = ""
"""How a missing value is written, in every column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its name and all that a reader must know to use it."""

    name: str
    """The header cell."""

    type: ColumnType
    """What its cells hold."""

    meaning: str
    """One sentence for people."""

    unit: str | None = None
    """Unit of a quantity; None where there is none."""

    levels: tuple[str, ...] | None = None
    """Every value a categorical column can take; None for other columns."""

    range: tuple[float, float] | None = None
    """Lowest and highest possible value; None where either is open."""

    formula_guard: bool = False
    """Whether cells that a spreadsheet would compute carry a leading apostrophe."""

    def entry(self) -> dict[str, object]:
        """What `codebook.json` says about the column, its name apart."""
        return {
            "type": self.type,
            "unit": self.unit,
            "levels": list(self.levels) if self.levels else None,
            "range": list(self.range) if self.range else None,
            "missing": MISSING,
            "formula_guard": self.formula_guard,
            "meaning": self.meaning,
        }
