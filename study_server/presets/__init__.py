"""Named, frozen study configurations; a study.toml's own keys replace theirs. Pure."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
EITHER_OR = (
    ("catch", "per_block", "n_trials"),
    ("design", "features", "n_features"),
    ("design", "n_panel_tiles", "panel_sizes"),
)
"""Table and two keys of it; whoever gives one of them takes the other one's place."""


def preset_names() -> list[str]:
    """The presets that there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def with_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    """A definition's plain values on top of the preset that they name.

    Lists are replaced as a whole, tables key by key. An unknown name is left for the
    checks of the definition.
    """
    name = values.get("preset")
    if not isinstance(name, str) or name not in preset_names():
        return dict(values)
    preset = read_preset(name)
    merged = {
        table: _merged(table, preset.get(table), values.get(table))
        for table in {**preset, **values}
        if table not in ("paper", "differences", "preset")
    }
    facts = {"paper": preset["paper"], "differences": preset["differences"]}
    return {**merged, "preset": {"name": name, **facts}}


@cache
def read_preset(name: str) -> Mapping[str, Any]:
    """A preset as plain values: `paper`, `differences` and the tables it fills."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _merged(table: str, preset: Any, own: Any) -> Any:
    if own is None or preset is None:
        return preset if own is None else own
    if not isinstance(preset, Mapping) or not isinstance(own, Mapping):
        return own
    kept = dict(preset)
    for place, *keys in EITHER_OR:
        if place == table and any(key in own for key in keys):
            kept = {key: value for key, value in kept.items() if key not in keys}
    return {**kept, **own}
