"""The rules of Psych-DS that a dataset must keep, each as a sentence that is wrong.

Source: Psych-DS, Rules and Conventions,
    https://psychds-docs.readthedocs.io/en/latest/reference/rules_and_conventions/
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

DATA_FILE = re.compile(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv")
KEYWORDS = {
    *("study", "site", "subject", "session", "task", "condition", "trial"),
    *("stimulus", "description"),
}
"""The standard's own; others are allowed, with a warning."""
DESCRIPTION = "dataset_description.json"
REQUIRED = ("name", "description", "variableMeasured")
NAMESPACE = re.compile(r"https?://schema\.org/?")
PROPERTIES = {
    *("@type", "name", "description", "unitText", "minValue", "maxValue"),
    "valuePattern",
}
"""Of a PropertyValue in schema.org, those that we use."""


def faults(files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with a dataset, errors and warnings; empty when it is valid.

    Args:
        files: path from the dataset's root to content.
    """
    if DESCRIPTION not in files:
        return [f"there is no {DESCRIPTION} in the root"]
    described = json.loads(files[DESCRIPTION].decode("utf-8"))
    data = {n: c for n, c in files.items() if n.startswith("data/")}
    found = list(faults_of_description(described))
    if not data:
        found.append("there is no file below data/")
    if not any(name.startswith("README") for name in files):
        found.append("there is no README")
    names = {_name(variable) for variable in described.get("variableMeasured", [])}
    for path, content in data.items():
        found += faults_of_name(path.rpartition("/")[2])
        found += [f"{path}: {fault}" for fault in faults_of_table(content, names)]
    return found


def faults_of_description(described: Mapping[str, Any]) -> Iterator[str]:
    """Faults of the file of metadata."""
    if described.get("@type") != "Dataset":
        yield "@type must be Dataset"
    if not NAMESPACE.fullmatch(str(described.get("@context"))):
        yield "@context must be schema.org"
    yield from (f"{name} is required" for name in REQUIRED if not described.get(name))
    variables = described.get("variableMeasured", [])
    if not isinstance(variables, list):
        yield "variableMeasured must be a list"
        return
    names = [_name(variable) for variable in variables]
    if len(set(names)) < len(names):
        yield "a variable is described twice"
    for variable in variables:
        if isinstance(variable, dict):
            if variable.get("@type") != "PropertyValue":
                yield f"{variable} must be a PropertyValue"
            if unknown := set(variable) - PROPERTIES:
                yield f"{unknown} are no properties of a PropertyValue"


def faults_of_name(name: str) -> Iterator[str]:
    """Faults of the name of a data file."""
    if not DATA_FILE.fullmatch(name):
        yield f"{name} is not made of keywords"
        return
    for pair in name.removesuffix("_data.csv").split("_"):
        if pair.split("-")[0] not in KEYWORDS:
            yield f"{name}: {pair} has no keyword of the standard"


def faults_of_table(content: bytes, described: set[str]) -> Iterator[str]:
    """Faults of a data file."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    if not rows or not all(rows[0]):
        yield "there is no header"
        return
    header = rows[0]
    if len(set(header)) < len(header):
        yield "a column stands twice in the header"
    if any(len(row) != len(header) for row in rows):
        yield "a row has not as many cells as the header"
    if unknown := set(header) - described:
        yield f"variableMeasured lacks {sorted(unknown)}"
    if "row_id" in header:
        ids = [row[header.index("row_id")] for row in rows[1:]]
        if len(set(ids)) < len(ids):
            yield "a row_id stands twice"


def _name(variable: Any) -> str:
    return str(variable.get("name")) if isinstance(variable, dict) else str(variable)
