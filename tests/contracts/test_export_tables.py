"""The server exports every column that the analysis reads, as the type it expects."""

import pytest

from analysis.schema import COLUMN_TYPES, OPTIONAL
from study_server.export.codebook import TABLES

READ = {**COLUMN_TYPES, **OPTIONAL}


@pytest.mark.parametrize("table", list(READ))
def test_what_the_analysis_reads_is_exported_as_it_expects(table: str) -> None:
    exported = {column.name: column.type for column in TABLES[table]}

    assert {name: exported.get(name) for name in READ[table]} == READ[table]
