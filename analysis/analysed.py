"""What every section of the results starts from: the analysed rows of one study."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts
from analysis.estimation import Resamples
from analysis.exclusions import ExclusionFlow
from analysis.family import Family
from analysis.load import StudyExport
from analysis.preregistration import Preregistration


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """One study after its exclusions."""

    export: StudyExport
    """All that the export holds, before exclusions."""

    flow: ExclusionFlow
    """Who was left out by which rule."""

    responses: pd.DataFrame
    """Answered main trials of the sessions that are kept, one row each."""

    conditions: tuple[str, ...]
    """K conditions of the plan, in the order they are always shown."""

    family: Family
    """The contrasts that are tested together."""

    counts: CrossedCounts
    """The responses counted, people crossed with features."""

    resamples: Resamples
    """Both bootstraps of all conditions."""

    config: AnalysisConfig
    """Levels, resamples, rng_seed."""

    preregistration: Preregistration | None = None
    """What was decided beforehand. None: nothing."""

    feature_labels: Mapping[str, str] = field(default_factory=dict)
    """feature_id -> name for people."""
