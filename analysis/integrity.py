"""Whether the three tables of an export tell one story."""

from collections.abc import Mapping

import pandas as pd

from analysis.errors import ExportFormatError
from analysis.schema import CHOICE, FILLED_IN_MAIN, KEYS

_REPEATED = ("session_id", "participant_id", "trial_kind", "condition", "feature_id")


def check_tables_agree(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse tables whose rows are double, orphaned or contradict each other.

    Args:
        tables: participants, trials and responses, typed.

    Raises:
        ExportFormatError: names the table, the column and the first row at fault.
    """
    for name, key in KEYS.items():
        _check_unique(tables[name], name, key)
    _check_one_answer_per_trial(tables["responses"])
    _check_known(tables["trials"], "trials", "session_id", tables["participants"])
    _check_known(tables["responses"], "responses", "trial_id", tables["trials"])
    _check_owner(tables["trials"], tables["participants"])
    _check_main_trials(tables["trials"])
    _check_repeated_columns(tables["trials"], tables["responses"])
    _check_correctness(tables["responses"])


def _check_unique(table: pd.DataFrame, name: str, key: str) -> None:
    double = table[key].duplicated()
    if double.any():
        raise ExportFormatError(
            f"table {name}, column {key}: {table.loc[double, key].iloc[0]!r} occurs "
            "more than once. Export the study again."
        )


def _check_one_answer_per_trial(responses: pd.DataFrame) -> None:
    double = responses["trial_id"].duplicated()
    if double.any():
        raise ExportFormatError(
            "table responses, column trial_id: "
            f"{responses.loc[double, 'trial_id'].iloc[0]!r} is answered more than once "
            f"({int(double.sum())} such rows), and nothing says which answer stands. "
            "The server keeps the first and counts the others in n_conflicts: export "
            "the study again."
        )


def _check_known(table: pd.DataFrame, name: str, key: str, known: pd.DataFrame) -> None:
    orphan = ~table[key].astype(object).isin(known[key].astype(object))
    if orphan.any():
        raise ExportFormatError(
            f"table {name}, column {key}: {table.loc[orphan, key].iloc[0]!r} is in no "
            f"other table ({int(orphan.sum())} such rows). Export the study again."
        )


def _check_owner(trials: pd.DataFrame, participants: pd.DataFrame) -> None:
    """A session belongs to one person; intervals count people by it."""
    owner = trials["session_id"].map(
        participants.set_index("session_id").participant_id
    )
    differs = (trials["participant_id"] != owner).to_numpy()
    if differs.any():
        row = int(differs.argmax())
        raise ExportFormatError(
            f"table trials, column participant_id: data row {row + 1} says "
            f"{trials['participant_id'].iloc[row]!r}; its session belongs to "
            f"{owner.iloc[row]!r} in participants. Export the study again."
        )


def _check_main_trials(trials: pd.DataFrame) -> None:
    main = trials.loc[trials["trial_kind"] == "main"]
    for column in FILLED_IN_MAIN:
        empty = main[column].isna() & _asks_for_pairs(main)
        if empty.any():
            raise ExportFormatError(
                f"table trials, column {column}: empty in main trial "
                f"{main.loc[empty, 'trial_id'].iloc[0]!r}; every main trial needs one. "
                "Export the study again."
            )


def _asks_for_pairs(main: pd.DataFrame) -> pd.Series:
    """Whether a trial asks about a query pair; exports of old have no other task."""
    if "task" not in main:
        return pd.Series(True, index=main.index)
    return main["task"] == CHOICE


def _check_repeated_columns(trials: pd.DataFrame, responses: pd.DataFrame) -> None:
    columns = [*_REPEATED, "correct_option"]
    planned = trials.set_index("trial_id").loc[responses["trial_id"], columns]
    for column in columns:
        said = responses[column]
        differs = planned[column].to_numpy() != said.to_numpy()
        differs &= said.notna().to_numpy()  # hidden in a blind look
        if differs.any():
            row = int(differs.argmax())
            raise ExportFormatError(
                f"table responses, column {column}: data row {row + 1} says "
                f"{responses[column].iloc[row]!r}; the plan in trials says "
                f"{planned[column].iloc[row]!r}. Export the study again."
            )


def _check_correctness(responses: pd.DataFrame) -> None:
    responses = responses.loc[responses["is_correct"].notna()]  # hidden: blind look
    is_right = responses["choice"] == responses["correct_option"]
    differs = is_right.to_numpy() != responses["is_correct"].to_numpy(dtype=bool)
    if differs.any():
        raise ExportFormatError(
            f"table responses, column is_correct: data row {int(differs.argmax()) + 1} "
            "contradicts choice and correct_option. Export the study again."
        )
