"""A study definition: everything a researcher decides, checked as a whole. Pure."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from study_server.design import toml_lines
from study_server.design.checks import cross_faults
from study_server.design.exclusions import ExclusionRule
from study_server.design.faults import describe_faults, unknown_tables, validated
from study_server.design.parts.base import Part
from study_server.design.parts.design import DesignPart
from study_server.design.parts.display import DisplayPart, TimingPart
from study_server.design.parts.outcomes import OutcomeName, OutcomePart
from study_server.design.parts.preset import PresetPart
from study_server.design.parts.questions import (
    DEFAULT_QUESTIONS,
    CellQuotaPart,
    LanguagesPart,
    PausePart,
    QuestionPart,
    QuotaPart,
)
from study_server.design.parts.recruitment import RecruitmentPart
from study_server.design.parts.session import (
    CatchPart,
    ComprehensionPart,
    MainPart,
    PracticePart,
)
from study_server.design.parts.study import StudyPart
from study_server.design.parts.texts import Texts
from study_server.design.texts import with_default_texts
from study_server.errors import DefinitionError
from study_server.presets import with_preset

MAX_FILE_BYTES = 1_000_000


class StudyDefinition(Part):
    """One study.toml."""

    preset: PresetPart | None = None
    """In a file only its name; the values of the file replace those of the preset."""

    study: StudyPart
    """What the study is and how many take part."""

    design: DesignPart
    """What is shown to whom."""

    display: DisplayPart = DisplayPart()
    """What stands where."""

    timing: TimingPart = TimingPart()
    """Durations."""

    practice: PracticePart = PracticePart()
    """Trials before the main part."""

    main: MainPart = MainPart()
    """The trials that count."""

    catch: CatchPart = CatchPart()
    """Trials that everyone who looks gets right."""

    comprehension: ComprehensionPart = ComprehensionPart()
    """Questions on the instructions."""

    languages: LanguagesPart = LanguagesPart()
    """In which languages the study can be taken."""

    exclusions: Annotated[tuple[ExclusionRule, ...], Field(strict=False)] = ()
    """Rules by which the analysis leaves participants out, in this order."""

    outcomes: Annotated[tuple[OutcomePart, ...], Field(strict=False)] = ()
    """How a session can end; an outcome that is not named hands out nothing."""

    questions: Annotated[tuple[QuestionPart, ...], Field(strict=False)] = (
        DEFAULT_QUESTIONS
    )
    """What is asked after the trials, or before them for quotas."""

    quotas: Annotated[tuple[QuotaPart, ...], Field(strict=False)] = ()
    """How many may give an answer to a screening question."""

    cell_quotas: Annotated[tuple[CellQuotaPart, ...], Field(strict=False)] = ()
    """How many may be in a list, an order or another cell."""

    pauses: Annotated[tuple[PausePart, ...], Field(strict=False)] = ()
    """When the study stops letting people in by itself."""

    recruitment: RecruitmentPart = RecruitmentPart()
    """Where participants come from."""

    texts: dict[str, Texts] = Field(default_factory=dict)
    """What participants read, by language; built-in texts are filled in."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, defaults filled in, as exported."""
        return self.model_dump(mode="json")

    @property
    def sha256(self) -> str:
        """Of the definition in canonical JSON: its identity."""
        text = json.dumps(
            self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def offered_languages(self) -> tuple[str, ...]:
        """Languages the study can be taken in, its own among them."""
        return self.languages.offered or (self.study.language,)

    @property
    def n_slots_in_all(self) -> int:
        """Slots of the crossed design and of the group without panels."""
        every = self.design.none_after_slots
        return self.study.n_slots + (self.study.n_slots // every if every else 0)

    @property
    def resume_max_age_minutes(self) -> int:
        """How long after its beginning a session can be taken up again."""
        return self.timing.resume_max_age_minutes or self.lease_minutes

    @property
    def lease_minutes(self) -> int:
        """How long a slot is held at most."""
        return self.timing.lease_minutes or 3 * self.study.estimated_minutes + 2

    def texts_in(self, language: str) -> Texts:
        """The texts of a language; those of the study's own for one not offered."""
        return self.texts.get(language) or self.texts[self.study.language]

    def title_in(self, language: str) -> str:
        """The study's title in a language."""
        return self.texts_in(language).title or self.study.title

    def outcome(self, name: OutcomeName) -> OutcomePart:
        """What an end of a session hands out."""
        given = {outcome.name: outcome for outcome in self.outcomes}
        outcome = given.get(name, OutcomePart(name=name, is_paid=name == "completed"))
        if name == "completed" and outcome.code is None:
            return outcome.model_copy(update={"code": self.study.completion_code})
        return outcome


def read_definition(path: Path) -> StudyDefinition:
    """Read a study.toml.

    Raises:
        DefinitionError: lists every fault at once, each with its line and remedy.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise DefinitionError(
            f"{path}: has {len(content)} bytes; a study.toml has at most "
            f"{MAX_FILE_BYTES}. Is this the right file?"
        )
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"{path}: not TOML ({error})") from error
    lines = toml_lines.lines_of_keys(text)
    return parse_definition(values, name=str(path), lines=lines)


def parse_definition(
    values: Mapping[str, Any],
    *,
    name: str,
    lines: Mapping[toml_lines.Path, int] | None = None,
) -> StudyDefinition:
    """Check a definition given as plain values.

    Args:
        name: its file, for messages.
        lines: where in the file each key stands, for messages.

    Raises:
        DefinitionError: lists every fault at once.
    """
    values = with_default_texts(with_preset(values))
    faults = unknown_tables(values, StudyDefinition)
    parts: dict[str, Any] = {}
    for table, field in StudyDefinition.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        given = values.get(table, {} if field.is_required() else default)
        part, found = validated(table, given, StudyDefinition)
        faults += found
        if not found:
            parts[table] = part
    faults += cross_faults(parts)
    if faults:
        raise DefinitionError(describe_faults(faults, name=name, lines=lines or {}))
    return StudyDefinition.model_construct(**parts)
