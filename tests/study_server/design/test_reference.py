"""The page on study.toml tells every key, and its example works."""

import tomllib
from pathlib import Path

from study_server.design.definition import parse_definition
from study_server.design.exclusions import DEFAULTS
from study_server.design.parts.design import TASKS
from study_server.design.reference import reference
from study_server.presets import preset_names

PAGE = (Path(__file__).parents[3] / "docs" / "study.md").read_text(encoding="utf-8")


def test_the_page_ends_with_every_key_of_the_schema() -> None:
    """Renew it with `python -m study_server.design.reference`."""
    written = PAGE.split("design.reference` -->\n")[1]

    assert written.strip() == reference().strip()


def test_the_page_names_every_preset_task_and_rule() -> None:
    for name in (*preset_names(), *TASKS, *DEFAULTS):
        assert f"`{name}`" in PAGE


def test_the_example_of_the_page_is_a_study() -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]

    definition = parse_definition(tomllib.loads(example), name="example")

    assert definition.study.n_slots == 200
