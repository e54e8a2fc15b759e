"""The sections in the order they are computed and shown.

A section NAME is a function here and, where it is shown, a template
`templates/sections/NAME.html`; its value stands in results.json under NAME.
"""

from collections.abc import Callable, Mapping
from typing import Any

from analysis.analysed import Analysed
from analysis.sections import against_chance, primary, robustness

SECTIONS: Mapping[str, Callable[[Analysed], Any]] = {
    "primary": primary.compute,
    "robustness": robustness.compute,
    "against_chance": against_chance.compute,
}
"""Key in results.json -> the function that computes it."""
