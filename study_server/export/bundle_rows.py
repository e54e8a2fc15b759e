"""The rows of the tables that are read from a study's bundles. No Flask.

All versions of the study count. A bundle that is no longer on the disk has no rows.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.machine_choices import MachineChoice, machine_choices
from study_server.errors import BundleError
from study_server.export.codebook import TABLES
from study_server.export.columns.bundles import DIFFICULTY_WINDOWS
from study_server.models import Study
from study_server.services.bundles import load_bundle
from study_server.services.studies import definition_of

logger = logging.getLogger(__name__)

Value = str | int | float | bool | None
Rows = Iterator[Mapping[str, Value]]


def bundle_rows(
    db: Session, table: str, study_id: str, *, bundles_dir: Path
) -> Iterator[list[Value]]:
    """The values of one table, row by row, in the order of its columns.

    Args:
        table: one of `BUNDLE_TABLES`.
        bundles_dir: folder of the imported bundles.
    """
    columns = TABLES[table]
    versions: dict[str, list[Study]] = {}
    query = select(Study).where(Study.study_id == study_id)
    for study in db.scalars(query.order_by(Study.version)):
        versions.setdefault(study.bundle_id, []).append(study)
    for bundle_id, studies in sorted(versions.items()):
        try:
            bundle = load_bundle(bundles_dir, bundle_id)
        except BundleError as error:
            logger.warning("%s is left out of %s.csv: %s", bundle_id, table, error)
            continue
        for values in BUNDLE_TABLES[table](bundle, studies):
            known = {"bundle_id": bundle_id, **values}
            yield [known[column.name] for column in columns]


def _stimuli(bundle: Bundle, _: list[Study]) -> Rows:
    names = [column.name for column in TABLES["stimuli"][1:]]
    for _id, stimulus in sorted(bundle.stimuli.items()):
        yield {name: getattr(stimulus, name) for name in names}


def _query_pairs(bundle: Bundle, _: list[Study]) -> Rows:
    names = [column.name for column in TABLES["query_pairs"][1:-1]]
    for pair in bundle.query_pairs:
        high = bundle.stimuli[pair.high_stimulus_id].activation_percentile
        yield {
            **{name: getattr(pair, name) for name in names},
            "difficulty_window": None if high is None else difficulty_window(high),
        }


def _machine_answers(bundle: Bundle, studies: list[Study]) -> Rows:
    """Of all versions that use the bundle, what is the same only once."""
    seen: set[MachineChoice] = set()
    for study in studies:
        for choice in machine_choices(definition_of(study), bundle):
            if choice not in seen:
                seen.add(choice)
                yield {**choice._asdict(), "prefers_high": choice.prefers_high}


def difficulty_window(percentile: float) -> int:
    """The first percentile of the windows that an image's own does not exceed."""
    return next(window for window in DIFFICULTY_WINDOWS if percentile <= window)


BUNDLE_TABLES: Mapping[str, Callable[[Bundle, list[Study]], Rows]] = {
    "stimuli": _stimuli,
    "query_pairs": _query_pairs,
    "machine_answers": _machine_answers,
}
"""Table to its rows, without the bundle's own id."""
