"""What the page of the trial runner is made of: its scripts, words and layout."""

from functools import cache
from pathlib import Path

from study_server.design.definition import StudyDefinition
from study_server.services.display import display_of

SCRIPTS = Path(__file__).parents[1] / "static" / "trial"

RUNNER_TEXTS = {
    "practice_of": "Practice {number} of {n_trials}",
    "main_of": "Trial {number} of {n_trials}",
    "example": "Example {number}",
    "negative_example": "Opposite example {number}",
    "image": "Image {letter}",
    "reference": "The same image, uncovered",
    "study_examples": "Study the examples. What you are asked about follows.",
    "options_shown": "Now you can answer.",
    "rating_none": "No value chosen yet",
    "correct": "Correct: it is image {letter}.",
    "wrong": "Not this time: it is image {letter}.",
    "loading": "Loading the images…",
    "loading_bytes": "Loading the images: {loaded} of {total} kB",
    "saving": "Your answer is not saved yet. The connection is slow or "
    "interrupted; trying again.",
    "prompt_two_alternative": "Which image makes the same part more active?",
    "prompt_occlusion": "Which covered image makes the same part more active?",
    "prompt_manipulation_check": "Which image was changed for the same part?",
    "prompt_rating": "How active does this image make the same part?",
}
"""Key → text with {places}; handed to the scripts as a whole."""


def runner_values(definition: StudyDefinition) -> dict[str, object]:
    """The variables of `trial.html`, the study's own apart."""
    return {
        "display": display_of(definition),
        "runner_texts": RUNNER_TEXTS,
        "runner_modules": script_names(),
    }


@cache
def script_names() -> tuple[str, ...]:
    """All scripts of the runner, so that a browser asks for them at once."""
    return tuple(sorted(path.name for path in SCRIPTS.glob("*.js")))
