"""What an export leaves out while nobody is to see who is right. No Flask.

A main trial's `is_correct` and `correct_option` are left empty, and so is what the
other formats make of them. It keeps from seeing by the way what was not to be seen; it
is no lock: who means to can work it out from the plan.
"""

from collections.abc import Iterator, Sequence

from study_server.export.batches import Batch
from study_server.export.cells import Value
from study_server.export.column import Column

LEFT_OUT = ("is_correct", "correct_option", "correct", "switched_queries")
MAIN = ("main", "repeat")


def blinded(columns: Sequence[Column], batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, without what tells who is right in main trials."""
    names = [column.name for column in columns]
    if not set(names) & set(LEFT_OUT):
        yield from batches
        return
    for batch in batches:
        is_main = _is_main(dict(zip(names, batch.values, strict=True)))
        values = [
            _without(each, is_main) if name in LEFT_OUT else each
            for name, each in zip(names, batch.values, strict=True)
        ]
        yield Batch(batch.n_rows, values)


def _is_main(values: dict[str, Sequence[Value]]) -> list[bool]:
    if "trial_kind" in values:
        return [kind in MAIN for kind in values["trial_kind"]]
    other = zip(values["is_demo"], values["catch_trial"], strict=True)
    return [not is_demo and not is_catch for is_demo, is_catch in other]


def _without(values: Sequence[Value], is_main: Sequence[bool]) -> list[Value]:
    return [
        None if hide else value for value, hide in zip(values, is_main, strict=True)
    ]
