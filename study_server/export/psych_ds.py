"""What makes an export a Psych-DS dataset: names of files, and a description. No Flask.

Source: Psych-DS, Rules and Conventions,
    https://psychds-docs.readthedocs.io/en/latest/reference/rules_and_conventions/
"""

import re
from collections.abc import Mapping
from typing import Any

from study_server.export.column import Column
from study_server.export.facts import json_bytes
from study_server.models import Study

STANDARD = "Psych-DS 1.5.1"
"""The version of its schema whose rules are kept."""

GUARD_NOTE = (
    " Text that begins with =, +, -, @, tab or return carries one leading apostrophe."
)

README = """\
# {title}

Data of the study `{study_id}` as a Psych-DS dataset, made by `study-server export`.

- `dataset_description.json`: what the dataset is, and what every column means.
- `data/`: one table each. `participants` has a row per session, `trials` one per
  planned trial, `responses` one per answer; `session_id` and `trial_id` join them.
- `documentation/codebook.json`: type, unit, levels and range of every column.
- `documentation/export.json`: the study's definition, counts of rows, checksums.
"""


def data_file(study_id: str, table: str) -> str:
    """Where a table stands: keywords and values joined as the standard asks for.

    A value has letters and digits only: hyphens and underscores are left out.
    """
    study, what = (re.sub("[^a-zA-Z0-9]", "", text) for text in (study_id, table))
    return f"data/study-{study}_description-{what}_data.csv"


def describing_files(
    study: Study, tables: Mapping[str, tuple[Column, ...]]
) -> dict[str, bytes]:
    """Name to content of the files that describe the dataset."""
    readme = README.format(title=study.title, study_id=study.study_id)
    return {
        "dataset_description.json": json_bytes(dataset_description(study, tables)),
        "README.md": readme.encode(),
    }


def dataset_description(
    study: Study, tables: Mapping[str, tuple[Column, ...]]
) -> dict[str, Any]:
    """The dataset in the words of schema.org."""
    columns = {c.name: c for each in tables.values() for c in each}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": study.title,
        "description": (
            f"Answers of participants in the study {study.study_id}, version "
            f"{study.version}: plans, answers, times and events, one table each. "
            "Nobody is excluded."
        ),
        "schemaVersion": STANDARD,
        "version": str(study.version),
        "identifier": study.definition_sha256,
        "variableMeasured": [_variable(column) for column in columns.values()],
    }


def _variable(column: Column) -> dict[str, Any]:
    """A column, which means the same in every table that has it."""
    low, high = column.range or (None, None)
    described = {
        "@type": "PropertyValue",
        "name": column.name,
        "description": column.meaning + (GUARD_NOTE if column.formula_guard else ""),
        "unitText": column.unit,
        "minValue": low,
        "maxValue": high,
        "valuePattern": "|".join(map(re.escape, column.levels or ())) or None,
    }
    return {name: value for name, value in described.items() if value is not None}
