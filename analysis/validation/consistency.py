"""How alike people answer, and how alike one answers a trial shown again."""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement import pairwise_consistency
from analysis.crossed import count_crossed
from analysis.importers.trial_table import repeats_with_originals
from analysis.intervals import FloatArray
from analysis.reliability import MAX_SPLITS, pearson, spearman_brown, split_half
from analysis.validation.cells import Part
from analysis.validation.entry import Entry


def consistency_entries(part: Part) -> Iterator[Entry]:
    """Split halves of the participants, and error consistency of their pairs."""
    yield from _halves(part)
    rows = part.responses
    over_features = _kappa(
        part,
        rows["feature_id"] + " in " + rows["stratum"].fillna("?"),
        "features that both answered, within each cell where several are pooled",
    )
    yield part.entry("error_consistency", **over_features)
    yield part.entry("error_consistency_over_features", **over_features)
    yield part.entry(
        "error_consistency_over_query_pairs",
        **_kappa(part, rows["query_pair_id"], "query pairs that both answered"),
    )


def _halves(part: Part) -> Iterator[Entry]:
    counts = part.counts()
    right, asked = counts.n_correct[0], counts.n_responses[0]
    half = split_half(right, asked, rng=part.rng(4))
    how = (
        f"all {half.n_splits} splits"
        if half.is_exhaustive
        else f"{half.n_splits} splits drawn with seed [{part.config.rng_seed}, 4]"
    )
    yield part.entry(
        "split_half",
        half.correlation,
        unit="correlation",
        detail="Mean Pearson correlation of the features' shares correct between two "
        f"halves of the participants; {how}.",
    )
    yield part.entry(
        "spearman_brown",
        half.reliability,
        unit="reliability",
        detail="Spearman-Brown of the mean r over splits, 2 r / (1 + r): of all "
        "participants together.",
    )
    each = _stepped_up(right, asked, part.rng(4), is_exhaustive=half.is_exhaustive)
    yield part.entry(
        "spearman_brown_mean_of_splits",
        float(np.mean(each)) if each else math.nan,
        unit="reliability",
        detail=f"Mean over the {len(each)} splits with a correlation of each one's "
        "2 r / (1 + r).",
    )


def _stepped_up(
    right: FloatArray,
    asked: FloatArray,
    rng: np.random.Generator,
    *,
    is_exhaustive: bool,
) -> list[float]:
    """Spearman-Brown of each split that `split_half` takes."""
    n = len(right)
    if n < 2:
        return []
    if is_exhaustive:
        chosen = [c for c in combinations(range(n), n // 2) if n % 2 or 0 in c]
    else:
        chosen = [tuple(rng.permutation(n)[: n // 2]) for _ in range(MAX_SPLITS)]
    halves = np.zeros((len(chosen), n))  # (S, P)
    for row, members in enumerate(chosen):
        halves[row, list(members)] = 1
    ones = _shares(halves @ right, halves @ asked)  # (S, F)
    twos = _shares((1 - halves) @ right, (1 - halves) @ asked)
    found = [pearson(one, two) for one, two in zip(ones, twos, strict=True)]
    return [spearman_brown(r) for r in found if not math.isnan(r)]


def _shares(right: FloatArray, asked: FloatArray) -> FloatArray:
    empty = np.full(right.shape, np.nan)
    shares: FloatArray = np.divide(right, asked, out=empty, where=asked > 0)
    return shares


def _kappa(part: Part, items: "pd.Series[str]", which: str) -> dict[str, Any]:
    """Mean error consistency of pairs of people.

    With several answers of a person to one item, the agreement is the chance that one
    of them, drawn at random, is as right as one of the other person's.
    """
    rows = part.responses.assign(feature_id=items, condition="all")
    counts = count_crossed(rows, ["all"])
    asked = np.minimum(counts.n_responses[0], 1)
    right = counts.n_correct[0] / np.maximum(counts.n_responses[0], 1)
    found = pairwise_consistency(right, asked, min_common=2)
    above = np.triu_indices(len(asked), 1)
    known = found.kappa[above][~np.isnan(found.kappa[above])]
    n_twice = int((counts.n_responses[0] > 1).sum())
    several = (
        f" Where a person answered one several times ({n_twice} times), each counts "
        "with its share."
    )
    return {
        "value": float(known.mean()) if len(known) else math.nan,
        "unit": "kappa",
        "detail": f"Mean kappa over {len(known)} of {len(above[0])} pairs of "
        f"participants, on the {which} (at least 2); chance agreement from each one's "
        f"accuracy on these.{several if n_twice else ''}",
    }


def repeat_entries(session: str, trials: pd.DataFrame) -> Iterator[Entry]:
    """How often a repeated trial is answered as it was before."""
    repeats = repeats_with_originals(trials)
    if repeats.empty:
        return
    yield from _repeats_of(session, repeats)
    for condition, part in repeats.groupby("condition", sort=True):
        yield from _repeats_of(f"{session}/{condition}", part)


def _repeats_of(name: str, repeats: pd.DataFrame) -> Iterator[Entry]:
    is_open = repeats["is_correct"].isna() | repeats["is_correct_of_original"].isna()
    told = repeats.loc[repeats["has_original"] & ~is_open]
    n_lost = int((~repeats["has_original"]).sum())
    n_open = int((repeats["has_original"] & is_open).sum())
    left_out = (
        f"; left out: {n_lost} repeats without an original, {n_open} where one of the "
        "two has no answer."
    )
    for quantity, column, what in (
        ("repeated_trial_agreement", "is_correct", "the same image was chosen again"),
        (
            "repeated_trial_agreement_by_response",
            "choice",
            "the same response (upper or lower) was given again, wherever the images "
            "stood",
        ),
    ):
        same = (told[column] == told[f"{column}_of_original"]).astype("float64")
        yield Entry(
            name=f"{name}/{quantity}",
            value=float(same.mean()) if len(told) else math.nan,
            n_responses=len(told),
            n_participants=told["participant_id"].nunique(),
            n_features=told["feature_id"].nunique(),
            detail=f"Share of repeated trials, of all people together, where {what}"
            f"{left_out}",
        )
