"""The result in words: what may be believed, then the numbers."""

from collections.abc import Iterator, Sequence

import numpy as np

from generator.circuits.checks import Check, verdicts
from generator.circuits.inference import ADVISED_FEATURES
from generator.circuits.kernels import KernelRow, mean_response
from generator.circuits.rows import TOP
from generator.circuits.summary import SummaryRow

_SUFFICIENT = 0.5
"""Response correlation a circuit needs before others are measured against it."""

_ABOVE_ONE = (
    "A score above 1 is an expected artifact, not a success: accentuations share one "
    "target, so they resemble the photographs' mean more than photographs resemble "
    "each other."
)


def report(
    summary: Sequence[SummaryRow],
    checks: Sequence[Check],
    kernels: Sequence[KernelRow],
) -> str:
    """The printed summary, by Pearson similarity."""
    lines = ["Checks on the measure", *_check_lines(checks), ""]
    lines += [*_verdict_lines(checks), ""]
    lines += ["Coherence with the features' strongest photographs (Pearson)"]
    shown = [r for r in summary if (r.similarity, r.reference) == ("pearson", TOP)]
    lines += [*_table(shown, checks), ""]
    lines += list(_notes(shown))
    if kernels:
        lines += ["", "Kernels (secondary)", *_kernel_lines(kernels)]
    return "\n".join(lines)


def _check_lines(checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        where = f" at {check.layer}" if check.layer else ""
        state = "holds" if check.holds else "FAILS"
        if not check.is_required:
            state = "reported only"
        undefined = f" ({check.n_undefined} undefined)" if check.n_undefined else ""
        yield (
            f"  {check.id + where:<44} {_number(check.value, 'g'):>10}  "
            f"must be {check.bound}: {state}{undefined}"
        )


def _verdict_lines(checks: Sequence[Check]) -> Iterator[str]:
    for layer, failed in verdicts(checks).items():
        if not failed:
            yield f"  {layer}: informative"
            continue
        reasons = "; ".join(
            f"{check.id} is {_number(check.value, '.3g')}, must be {check.bound}"
            for check in failed
        )
        yield f"  {layer}: UNINFORMATIVE ({reasons})"
    if all(verdicts(checks).values()):
        yield (
            "  UNINFORMATIVE everywhere: the numbers below say nothing for or against "
            "any kind of picture."
        )


def _table(shown: Sequence[SummaryRow], checks: Sequence[Check]) -> Iterator[str]:
    failed = verdicts(checks)
    yield (
        f"  {'layer':<20} {'kind':<30} {'coherence [95 %]':<22} "
        f"{'score [95 %]':<22} {'to seed':>7} {'disp.':>6} {'n':>4} {'off':>4}"
    )
    layer = ""
    for row in shown:
        if row.layer != layer:
            layer = row.layer
            mark = "  UNINFORMATIVE" if failed.get(layer) else ""
            yield (
                f"  {layer:<20} floor {_number(row.floor)}, ceiling "
                f"{_number(row.ceiling)}, {row.n_undefined} features undefined{mark}"
            )
        coherence = _interval(row.coherence, row.coherence_low, row.coherence_high)
        score = _interval(row.score, row.score_low, row.score_high)
        yield (
            f"  {'':<20} {row.kind:<30} {coherence:<22} {score:<22} "
            f"{_number(row.similarity_to_seed_image):>7} "
            f"{_number(row.dispersion):>6} {row.n_features:>4} {row.n_unmatched:>4}"
        )
    yield "  n: features; off: pictures that missed the level and take no part"


def _notes(shown: Sequence[SummaryRow]) -> Iterator[str]:
    counts = {row.layer: row.n_features for row in shown if row.kind == "natural"}
    few = [f"{layer} {n}" for layer, n in counts.items() if n < ADVISED_FEATURES]
    if few:
        yield (
            f"WARNING: too few features ({', '.join(few)}); at least "
            f"{ADVISED_FEATURES} for each layer are advised, with fewer the intervals "
            "are too narrow."
        )
    n_off = sum(
        row.n_unmatched
        for row in shown
        if row.layer == shown[0].layer and not row.kind.endswith("other_feature")
    )
    if n_off:
        yield (
            f"{n_off} made pictures missed the activation they are compared at: search "
            "longer (--steps, --visualization-steps, --adversarial-steps) or lower "
            "--level-percentile."
        )
    if any(row.score > 1 for row in shown if row.kind != "natural"):
        yield _ABOVE_ONE
    yield (
        "Photographs of the feature score 1 and those of other features 0 by "
        "definition; no score where the two cannot be told apart."
    )


def _kernel_lines(kernels: Sequence[KernelRow]) -> Iterator[str]:
    yield (
        f"  {'kept':>5} {'kind':<30} {'IoU':>6} {'rank r':>7} "
        f"{'response r when pruned':>23}"
    )
    natural: dict[float, float] = {}
    for fraction, kind in dict.fromkeys((row.fraction, row.kind) for row in kernels):
        found = [r for r in kernels if (r.fraction, r.kind) == (fraction, kind)]
        overlap, rank = (
            _mean([getattr(row, field) for row in found])
            for field in ("iou_with_natural", "rank_correlation_with_natural")
        )
        response = mean_response(found, fraction)
        if kind == "natural":
            natural[fraction] = response
        yield (
            f"  {fraction:>5.0%} {kind:<30} {_number(overlap):>6} "
            f"{_number(rank):>7} {_number(response):>23}"
        )
    yield from _sufficiency_notes(natural)


def _sufficiency_notes(means: dict[float, float]) -> Iterator[str]:
    """Says at which sizes even the photographs' own circuit does not answer."""
    small = [f"{share:.0%}" for share, r in means.items() if not r > _SUFFICIENT]
    if small:
        yield (
            f"  With {', '.join(small)} of the kernels even the photographs' own "
            "circuit does not answer as the whole network does (r of at most "
            f"{_SUFFICIENT:g}): responses say nothing at that size."
        )


def _interval(mean: float, low: float, high: float) -> str:
    if low != low:
        return _number(mean)
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def _number(value: float, style: str = ".2f") -> str:
    if value != value:
        return "-"
    return f"{value:{'.3g' if style == 'g' else style}}"


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if value == value]
    return float(np.mean(known)) if known else float("nan")
