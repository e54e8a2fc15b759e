"""`[recruitment]` of a study.toml: what cannot work, its line, and what to do."""

from pathlib import Path

import pytest

from study_server.design.definition import read_definition
from study_server.errors import DefinitionError
from tests.study_server.study_fixture import tiny_definition

STUDY = """
[study]
study_id = "tiny"
title = "A tiny study"
rng_seed = 5
n_slots = 64
estimated_minutes = 3
contact = "lab@example.org"
completion_code = "DONE"

[design]
conditions = ["accentuation", "natural"]
practice_features = ["logit:feature-0", "logit:feature-1"]

[recruitment]
platform = "prolific"
parametres = {}

[timing]
lease_minutes = 1440

[[outcomes]]
name = "withdrawn"
code = "STOP"
return_url = "https://example.org/{who}"

[[outcomes]]
name = "screened_out"
code = "DONE"

[[pauses]]
count = "completed"
reaches = 5
question = "age"
answer = "young"
"""


def faults(tmp_path: Path, text: str) -> str:
    path = tmp_path / "study.toml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as refused:
        read_definition(path)
    return str(refused.value)


def test_every_fault_has_its_line_and_remedy(tmp_path: Path) -> None:
    told = faults(tmp_path, STUDY)
    without_typo = faults(tmp_path, STUDY.replace("parametres = {}\n", ""))

    assert "line 17: recruitment.parametres: no key 'parametres'" in told
    assert "did you mean 'parameters'?" in told
    assert "line 19: timing.lease_minutes: is 1440" in without_typo
    assert "outcomes[1].return_url: has {who}; it may have {code}" in without_typo
    assert "outcomes[2].code: 'DONE' is also the code of 'completed'" in without_typo
    assert "pauses[1].question: no question 'age'; there are" in without_typo


def test_a_quota_names_a_cell() -> None:
    with pytest.raises(ValueError, match="names no cell; give group, list_index"):
        tiny_definition(cell_quotas=[{"max_sessions": 3}])
