"""Tables for a manuscript, written from the results."""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.estimates import TWO_WAY_BOOTSTRAP, TWO_WAY_ROBUST
from analysis.intervals import GENERALIZATIONS
from analysis.wording import condition_label

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def latex_tables(results: Mapping[str, Any]) -> dict[str, str]:
    """File name without ending -> a table environment; needs the package booktabs."""
    return {
        "accuracy": _accuracy(results),
        "contrasts": _contrasts(results),
        "exclusions": _exclusions(results),
    }


def _accuracy(results: Mapping[str, Any]) -> str:
    rows = [
        [
            escaped(condition_label(e["condition"])),
            str(e["n_responses"]),
            _percent(e["value"]),
            _interval(e),
            _interval(_other(results, e, TWO_WAY_BOOTSTRAP)),
        ]
        for e in _chosen(results, "accuracy")
    ]
    head = [
        "Condition",
        "Answers",
        r"Correct (\%)",
        "Two-way robust",
        "Two-way bootstrap",
    ]
    return _table(results, "Accuracy per condition", "lrrrr", head, rows)


def _contrasts(results: Mapping[str, Any]) -> str:
    rows = [
        [
            escaped(f"{condition_label(e['contrast'][0])} -- ")
            + escaped(condition_label(e["contrast"][1])),
            _percent(e["value"]),
            _interval(e),
            "n/a" if e["t"] is None else f"{e['t']:.2f} ({e['df']})",
            _p(e["p"]),
            _p(e["p_adjusted"]),
            "yes" if e["is_confirmatory"] else "no",
        ]
        for e in _chosen(results, "difference")
    ]
    head = ["Contrast", "Points", "Interval", "$t$ (df)", "$p$", "Adj. $p$", "Planned"]
    return _table(results, "Differences in accuracy", "lrrrrrl", head, rows)


def _exclusions(results: Mapping[str, Any]) -> str:
    rows = [
        [escaped(rule["label"]), *(str(rule[name]) for name in _FLOW)]
        for rule in results["flow"]["rules"]
    ]
    head = ["Rule", "Removed", "Alone", "Only this", "Left"]
    return _table(results, "Participant flow", "lrrrr", head, rows)


_FLOW = ("n_removed", "n_alone", "n_unique", "n_left")


def _chosen(results: Mapping[str, Any], quantity: str) -> list[Mapping[str, Any]]:
    return [
        e
        for e in results["estimates"]
        if e["quantity"] == quantity
        and e["method"] == TWO_WAY_ROBUST
        and e["stratum"] is None
    ]


def _other(
    results: Mapping[str, Any], estimate: Mapping[str, Any], method: str
) -> Mapping[str, Any]:
    wanted = estimate["id"].replace(estimate["method"], method)
    return next(e for e in results["estimates"] if e["id"] == wanted)


def _table(
    results: Mapping[str, Any],
    caption: str,
    columns: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> str:
    sizes = results["analysed"]
    about = (
        f"{caption}. {sizes['n_participants']} participants, {sizes['n_features']} "
        f"features. Intervals: {GENERALIZATIONS['both']}."
    )
    body = [" & ".join(row) + r" \\" for row in rows]
    plan = (results.get("preregistration") or {}).get("sha256", "none")
    return "\n".join(
        [
            f"% preregistration SHA-256: {plan}",
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escaped(about)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(head) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"${100 * value:.1f}$"


def _interval(estimate: Mapping[str, Any]) -> str:
    ends = estimate["interval"]
    if ends is None:
        return "n/a"
    return f"$[{100 * ends['low']:.1f}, {100 * ends['high']:.1f}]$"


def _p(value: float | None) -> str:
    if value is None:
        return "n/a"
    return r"$<.001$" if value < 0.001 else f"${value:.3f}$".replace("$0.", "$.")
