"""report.html: sentences from templates, filled from the results and nothing else."""

import base64
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis import wording
from analysis.intervals import GENERALIZATIONS
from analysis.sections.listed import SECTIONS


def render_page(results: Mapping[str, Any], drawings: Mapping[str, bytes]) -> str:
    """The whole report as one page without scripts or outside links.

    Args:
        results: what results.json holds.
        drawings: figure name -> SVG.
    """
    return render(
        "report.html",
        results=results,
        find=lambda **wanted: find_estimates(results, **wanted),
        drawings=drawings,
        sections=list(SECTIONS),
    )


def render(template: str, **values: Any) -> str:
    """A page of the templates, with the filters and names that all of them have."""
    environment = Environment(
        loader=PackageLoader("analysis", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "condition": wording.condition_label,
        "percent": wording.percent,
        "points": wording.points,
        "p_value": wording.p_value,
        "seconds": wording.seconds,
        "listed": wording.listed,
        "counted": wording.counted,
        "number": wording.number,
        "evidence": wording.evidence,
        "method": lambda name: wording.METHOD_LABELS.get(name, name),
        "sentence": lambda text: text[:1].upper() + text[1:],
        "picture": _picture,
    }
    page = environment.get_template(template)
    return page.render(generalizations=GENERALIZATIONS, **values)


def find_estimates(
    results: Mapping[str, Any], **wanted: Any
) -> list[Mapping[str, Any]]:
    """Estimates whose fields have the wanted values, in the order of the results."""
    return [
        estimate
        for estimate in results["estimates"]
        if all(estimate[field] == value for field, value in wanted.items())
    ]


def _picture(svg: bytes, alt: str) -> Markup:
    """A drawing inside the page, as an image with an alternative text."""
    data = base64.b64encode(svg).decode()
    tag = Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">')
    return tag.format(alt, Markup(data))
