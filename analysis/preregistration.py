"""What was decided before the data were seen: read, checked, hashed, made readable."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from analysis.config import AnalysisConfig
from analysis.errors import ConfigError
from analysis.exclusions import ExclusionRule, rules_of_definition
from analysis.sequential import OBRIEN_FLEMING, POCOCK, group_sequential_bounds

MIXED: Final = "mixed"
TWO_WAY_ROBUST: Final = "two_way_robust"
MODELS: Final = {
    MIXED: "mixed logistic fit with crossed people and features, t with the smaller "
    "number of them minus one degrees of freedom",
    TWO_WAY_ROBUST: "two-way cluster-robust t of the difference of accuracies",
}
CORRECTIONS: Final = ("holm", "gatekeeping")
TABLE: Final = "preregistration"


class PreregistrationError(ConfigError):
    """A preregistration cannot be read, or says something nobody can follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preregistration:
    """The decisions, all with defaults, so that nothing is left open."""

    study_id: str = ""
    title: str = ""
    hypotheses: tuple[str, ...] = ()
    """Sentences, for people."""

    exclusions: tuple[Mapping[str, Any], ...] = ()
    """Rules in order, as in a study definition."""

    reference: str = "accentuation"
    contrasts: tuple[str, ...] = (
        "seed_only",
        "attribution",
        "natural",
        "feature_visualization",
    )
    """Conditions the reference is compared with: the confirmatory family."""

    model: str = MIXED
    """A key of `MODELS`: the test that decides."""

    confirmatory_stratum: str | None = "far"
    """Kind of pairs the contrasts are about; None: all together."""

    correction: str = "holm"
    level: float = 0.95
    """One minus alpha."""

    equivalence_bound: float = 0.05
    """Differences smaller than this are taken as none, in shares."""

    n_resamples: int = 10_000
    n_refits: int = 0
    """Refits under the null of a parametric bootstrap. 0: none."""

    rng_seed: int = 0
    looks: int = 1
    """Times the contrasts are tested; interim looks otherwise stay blind."""

    bounds: str = OBRIEN_FLEMING
    notes: str = field(default="")

    def __post_init__(self) -> None:
        _one_of("model", self.model, tuple(MODELS))
        _one_of("correction", self.correction, CORRECTIONS)
        _one_of("bounds", self.bounds, (POCOCK, OBRIEN_FLEMING))
        if not 0.5 <= self.level < 1:
            raise PreregistrationError(f"level must lie in [0.5, 1); got {self.level}")
        if not 0 < self.equivalence_bound < 1:
            raise PreregistrationError(
                "equivalence_bound is a share between 0 and 1, such as 0.05; got "
                f"{self.equivalence_bound}"
            )
        for name, least in (("n_resamples", 100), ("rng_seed", 0), ("looks", 1)):
            if getattr(self, name) < least:
                raise PreregistrationError(
                    f"{name} must be at least {least}; got {getattr(self, name)}"
                )
        if self.reference in self.contrasts:
            raise PreregistrationError(
                f"{self.reference!r} is compared with itself; take it out of contrasts."
            )
        self.rules()

    def rules(self) -> list[ExclusionRule]:
        """The exclusion rules, between those that always apply."""
        return rules_of_definition({"exclusions": [dict(e) for e in self.exclusions]})

    def followed_by(self, config: AnalysisConfig) -> AnalysisConfig:
        """The settings with what was decided beforehand in place of their own.

        Raises:
            PreregistrationError: another seed was asked for.
        """
        if config.rng_seed not in (AnalysisConfig().rng_seed, self.rng_seed):
            raise PreregistrationError(
                f"the preregistration decides rng_seed {self.rng_seed}; got "
                f"{config.rng_seed}. Leave --rng-seed out."
            )
        return replace(
            config,
            level=self.level,
            n_resamples=self.n_resamples,
            rng_seed=self.rng_seed,
        )

    def check_study(self, study_id: str) -> None:
        """Refuse the plan of another study.

        Raises:
            PreregistrationError: names both studies.
        """
        if self.study_id and self.study_id != study_id:
            raise PreregistrationError(
                f"the preregistration is of study {self.study_id!r}, the export of "
                f"{study_id!r}. Give the plan of this study."
            )

    @property
    def z_bounds(self) -> list[float]:
        """|z| to exceed at each look."""
        return [
            float(z)
            for z in group_sequential_bounds(
                self.bounds, self.looks, alpha=1 - self.level
            )
        ]

    def as_json(self) -> str:
        """Canonical text: sorted keys, no spaces; what the checksum is taken of."""
        return json.dumps(
            asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )

    @property
    def sha256(self) -> str:
        """Of the canonical text: the same decisions, the same checksum."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def read_preregistration(path: Path) -> Preregistration:
    """The decisions in a TOML or JSON file.

    A study file may be given: its `[study]` names the study, its `[[exclusions]]` are
    the rules, and its table `[preregistration]` holds the rest.

    Raises:
        PreregistrationError: unreadable, an unknown key, a value out of range.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise PreregistrationError(
            f"cannot read {path} as TOML or JSON ({error})."
        ) from error
    if not isinstance(content, dict):
        raise PreregistrationError(f"{path.name} must hold a table of decisions.")
    return preregistration_of(content, path.name)


def preregistration_of(content: Mapping[str, Any], where: str) -> Preregistration:
    """The decisions in the content of a file."""
    is_study = TABLE in content or "study" in content
    own = dict(content.get(TABLE, {}) if is_study else content)
    if is_study:
        study = content.get("study", {})
        for name in ("study_id", "title"):
            own.setdefault(name, study.get(name, ""))
        own.setdefault("exclusions", content.get("exclusions", []))
    known = {f.name for f in fields(Preregistration)}
    if unknown := sorted(set(own) - known):
        raise PreregistrationError(
            f"{where} decides {unknown[0]!r}, which is nothing known; there are "
            f"{', '.join(sorted(known))}."
        )
    for name, value in own.items():
        if isinstance(value, list):
            own[name] = tuple(value)
    try:
        return Preregistration(**own)
    except TypeError as error:
        raise PreregistrationError(
            f"{where}: a decision is of the wrong kind ({error})."
        ) from error


def as_markdown(plan: Preregistration) -> str:
    """The decisions as a page for people."""
    rules = [f"{_rule(rule)}" for rule in plan.rules()]
    contrasts = [f"{plan.reference} minus {other}" for other in plan.contrasts]
    looks = ", ".join(f"{z:.3f}" for z in plan.z_bounds)
    stratum = plan.confirmatory_stratum or "all pairs together"
    lines = [
        f"# Preregistration: {plan.title or plan.study_id or 'a study'}",
        "",
        f"SHA-256 `{plan.sha256}`",
        "",
        "## Hypotheses",
        *_numbered(plan.hypotheses or ("None was written down.",)),
        "",
        "## Who is left out, in this order",
        *_numbered(rules),
        "",
        "## Confirmatory tests",
        *_numbered(contrasts),
        "",
        f"- Test: {MODELS[plan.model]}, two-sided.",
        f"- Kind of pairs: {stratum}.",
        f"- Level: {plan.level:g}; the tests share one error rate ({plan.correction}).",
        f"- Looks: {plan.looks} ({plan.bounds}), |z| beyond {looks}; other interim "
        "looks count people and exclusions only.",
        "- Equivalence: the 90 % interval lies within "
        f"± {100 * plan.equivalence_bound:g} points.",
        f"- Random numbers: rng_seed {plan.rng_seed}; {plan.n_resamples} resamples; "
        f"{plan.n_refits} refits.",
        "",
        "Everything else is exploratory and will be marked so.",
    ]
    notes = ["", "## Notes", plan.notes] if plan.notes else []
    return "\n".join([*lines, *notes]) + "\n"


def _rule(rule: ExclusionRule) -> str:
    limits = ", ".join(f"{name} = {value:g}" for name, value in rule.limits.items())
    always = " (always)" if rule.is_always else ""
    return f"{rule.label}{f': {limits}' if limits else ''}{always}"


def _numbered(items: Sequence[str]) -> list[str]:
    return [f"{number}. {item}" for number, item in enumerate(items, start=1)]


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise PreregistrationError(
            f"{name} must be one of {', '.join(known)}; got {value!r}"
        )
