"""Sensitivity and side bias per condition, each participant weighing the same."""

from typing import Any

import numpy as np

from analysis.analysed import Analysed
from analysis.sections.rows import mean_over_people
from analysis.signal_detection import detection_by

QUANTITIES = ("d_prime", "criterion", "accuracy_without_bias")


def compute(study: Analysed) -> list[dict[str, Any]]:
    """Mean over participants of each one's d', criterion and accuracy without bias.

    Returns:
        One row per condition and quantity; rates by the log-linear correction, which
        pulls towards 0 whoever gave few answers, hence `pooled`: all answers together.

    Source: Hautus (1995), Behav. Res. Methods 27, 46-51.
    """
    if study.responses.empty or study.export.option_names is None:
        return []
    table = detection_by(study.responses, ["condition", "participant_id"])
    pooled = detection_by(study.responses, ["condition"]).set_index("condition")
    shares = study.responses["choice"].eq("left").groupby(study.responses["condition"])
    left = shares.mean()
    rows = []
    for condition in study.conditions:
        part = table.loc[table["condition"] == condition]
        for quantity in QUANTITIES if len(part) else ():
            values = part[quantity].to_numpy(dtype=np.float64)
            rows.append(
                {
                    "condition": condition,
                    "quantity": quantity,
                    "share_left": float(left[condition]),
                    "pooled": float(pooled[quantity][condition]),
                    **mean_over_people(values, level=study.config.level),
                }
            )
    return rows
