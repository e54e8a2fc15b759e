"""Each planned contrast by every other sound test, for the specification plot."""

from typing import Any

import pandas as pd

from analysis.analysed import Analysed
from analysis.estimation import random_stream
from analysis.robustness import specification_table


def compute(study: Analysed) -> list[dict[str, Any]]:
    """One row per contrast and method; see `specification_table`."""
    rng = random_stream(study.config.rng_seed, "specifications")
    tables = [
        specification_table(
            study.counts,
            study.responses,
            first,
            second,
            two_way=study.resamples.two_way,
            n_flips=study.config.n_flips,
            rng=rng,
            level=study.config.level,
        )
        for first, second in study.family.among(study.counts)
    ]
    rows: list[Any] = pd.concat(tables).to_dict("records") if tables else []
    return rows
