"""Names and numbers as people read them."""

import math
from collections.abc import Mapping

CONDITION_LABELS: Mapping[str, str] = {
    "accentuation": "feature accentuation",
    "attribution": "attribution map",
    "feature_visualization": "feature visualization",
    "natural": "natural exemplars",
    "seed_only": "seed images only",
    "none": "no panel",
    "accentuation_random_feature": "accentuation of a random feature",
    "accentuation_random_weights": "accentuation of an untrained network",
}
METHOD_LABELS: Mapping[str, str] = {
    "two_way_cluster_robust_t": "two-way cluster-robust t",
    "two_way_bootstrap": "two-way bootstrap",
    "participant_bootstrap": "participant bootstrap",
    "wilson": "Wilson, naive",
    "participant_t": "t over participants",
    "feature_t": "t over features",
    "two_one_sided_tests": "two one-sided tests",
    "mixed_logistic_t": "mixed logistic fit, t",
    "mixed_log_normal_t": "mixed log-normal fit, t",
    "paired_t_over_participants": "paired t over participants",
    "paired_t_over_features": "paired t over features",
    "sign_flips_over_participants": "sign flips over participants",
    "sign_flips_over_features": "sign flips over features",
    "min_f_prime": "min-F′",
    "logit_clustered_participants": "logistic regression, errors by participant",
    "logit_clustered_both": "logistic regression, errors by participant and feature",
    "gee": "GEE, exchangeable within participants",
}
MINUS = "\N{MINUS SIGN}"


def condition_label(condition: str) -> str:
    """A condition spelled for people."""
    return CONDITION_LABELS.get(condition, condition.replace("_", " "))


def contrast_label(first: str, second: str) -> str:
    """A contrast spelled for people."""
    return f"{condition_label(first)} {MINUS} {condition_label(second)}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as per cent; "n/a" where undefined."""
    return "n/a" if _is_missing(value) else f"{100 * float(value or 0):.{digits}f} %"


def points(value: float | None, digits: int = 1) -> str:
    """A difference of shares in percentage points, always signed."""
    if _is_missing(value):
        return "n/a"
    text = f"{100 * abs(float(value or 0)):.{digits}f}"
    is_zero = float(text) == 0
    sign = "" if is_zero else MINUS if float(value or 0) < 0 else "+"
    return f"{sign}{text}"


def p_value(p: float | None) -> str:
    """A p value with its relation sign: "= .034", "< .001"."""
    if p is None or _is_missing(p):
        return "n/a"
    if p < 0.001:
        return "< .001"
    digits = 3 if p < 0.1 else 2
    text = f"{p:.{digits}f}"
    return f"= {text}" if text.startswith("1") else f"= {text[1:]}"


def seconds(milliseconds: float | None) -> str:
    """A duration in seconds; "n/a" where undefined."""
    if milliseconds is None or _is_missing(milliseconds):
        return "n/a"
    return f"{milliseconds / 1000:.2f} s"


def number(value: float | None, digits: int = 2) -> str:
    """A plain number with a true minus sign; "n/a" where undefined."""
    if value is None or _is_missing(value):
        return "n/a"
    text = f"{float(value):.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def evidence(bayes_factor: float | None) -> str:
    """A Bayes factor in three figures; "> 1,000,000" and "< 1/1,000" at the ends."""
    if bayes_factor is None or _is_missing(bayes_factor):
        return "n/a"
    if bayes_factor > 1e6:
        return "> 1,000,000"
    if bayes_factor < 1e-3:
        return "< 1/1,000"
    return f"{bayes_factor:.3g}" if bayes_factor < 1000 else f"{bayes_factor:,.0f}"


def counted(n: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: "1 feature", "12 features"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def listed(items: list[str]) -> str:
    """Items joined as in a sentence."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _is_missing(value: float | None) -> bool:
    return value is None or math.isnan(value)
