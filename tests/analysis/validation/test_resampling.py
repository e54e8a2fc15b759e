import numpy as np
import pandas as pd

from analysis.config import AnalysisConfig
from analysis.crossed import count_crossed
from analysis.validation.cells import Part
from analysis.validation.resampling import FEATURE_BOOTSTRAP, bootstraps


def test_resampled_features_leave_every_person_one_voice() -> None:
    """One feature can only be drawn whole: the mean over people, (1 + 0) / 2."""
    answers = [("p1", True), ("p2", False), ("p2", False), ("p2", False)]
    rows = pd.DataFrame(answers, columns=["participant_id", "is_correct"])
    rows = rows.assign(feature_id="f", condition="all")
    part = Part("x", rows, AnalysisConfig(n_resamples=100))

    found = {
        m: values for m, _, values in bootstraps(count_crossed(rows, ["all"]), part)
    }

    assert np.unique(found[FEATURE_BOOTSTRAP]).tolist() == [0.5]
