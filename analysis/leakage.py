"""Whether a panel shows what the query asks about: near copies, and the same class."""

import numpy as np
import numpy.typing as npt
import pandas as pd

COPY_BITS = 4
"""Difference hashes of 64 bits that differ in so few belong to copies, as where pools
of photographs are made."""

ALIKE_BITS = 9
"""Up to so many the images look alike, as in the server's audit before a launch."""

QUERIES = ("target_stimulus_id", "distractor_stimulus_id")
FAR = "far"


def shown_together(trials: pd.DataFrame) -> pd.DataFrame:
    """Every query image with every tile that stood beside it, once per stratum.

    Args:
        trials: main trials; stratum, panel_stimulus_ids (ids joined by "|", missing
            without a panel), target_stimulus_id and distractor_stimulus_id.

    Returns:
        query, tile, stratum, is_target; each combination once.
    """
    columns = [*QUERIES, "panel_stimulus_ids", "stratum"]
    shown = trials.loc[trials["panel_stimulus_ids"].notna(), columns].drop_duplicates()
    tiles = shown.assign(tile=shown["panel_stimulus_ids"].str.split("|")).explode(
        "tile"
    )
    parts = [
        tiles[[query, "tile", "stratum"]]
        .rename(columns={query: "query"})
        .assign(is_target=query == QUERIES[0])
        for query in QUERIES
    ]
    return pd.concat(parts).dropna(subset=["query"]).drop_duplicates()


def near_copies(together: pd.DataFrame, stimuli: pd.DataFrame) -> pd.DataFrame:
    """Query images of which a tile is a copy, or looks alike.

    Args:
        together: as `shown_together` makes it.
        stimuli: stimulus_id and perceptual_hash (16 hex digits; missing: not known).

    Returns:
        query, tile, n_bits (0 to `ALIKE_BITS` that differ), is_copy; sorted.

    Source: difference hash, Krawetz (2013), Kind of Like That.
        https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    known = stimuli.dropna(subset=["perceptual_hash"]).drop_duplicates("stimulus_id")
    numbers = [int(text, 16) for text in known["perceptual_hash"]]
    hashes = pd.Series(np.array(numbers, dtype=np.uint64), index=known["stimulus_id"])
    pairs = together[["query", "tile"]].drop_duplicates()
    is_known = pairs["query"].isin(hashes.index) & pairs["tile"].isin(hashes.index)
    pairs = pairs.loc[is_known]
    n_bits = np.bitwise_count(_of(hashes, pairs["query"]) ^ _of(hashes, pairs["tile"]))
    found = pairs.assign(n_bits=n_bits.astype(np.int64), is_copy=n_bits <= COPY_BITS)
    return found.loc[found["n_bits"] <= ALIKE_BITS].sort_values(["query", "tile"])


def _of(hashes: pd.Series, names: pd.Series) -> npt.NDArray[np.uint64]:
    return hashes.loc[names.to_numpy()].to_numpy(dtype=np.uint64)


def far_pairs_of_a_shown_class(together: pd.DataFrame, stimuli: pd.DataFrame) -> int:
    """Target images of far pairs whose class a tile shares, which far pairs exclude.

    Args:
        together: as `shown_together` makes it.
        stimuli: stimulus_id and class_label (missing: not known).
    """
    labels = stimuli.dropna(subset=["class_label"]).drop_duplicates("stimulus_id")
    label = labels.set_index("stimulus_id")["class_label"]
    far = together.loc[(together["stratum"] == FAR) & together["is_target"]]
    of_query, of_tile = far["query"].map(label), far["tile"].map(label)
    is_same = of_query.notna() & (of_query == of_tile)
    return int(far.loc[is_same, "query"].nunique())
