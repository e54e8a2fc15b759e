"""Both APIs described: the document of this one, and a page to read them on."""

import re
from typing import Any

from flask import Response, jsonify, render_template, url_for
from markupsafe import Markup, escape

from study_server.api.blueprint import api
from study_server.api.openapi import make_document
from study_server.participant.openapi import ANY_STUDY
from study_server.participant.openapi import make_document as participants_document


@api.get("/openapi.json")
def openapi() -> Response:
    """The document of the researchers' API."""
    return jsonify(make_document(url_for("api.reference")))


@api.get("/")
def reference() -> str:
    """Every request of both APIs, for people: no script, nothing from elsewhere."""
    return render_template(
        "api/reference.html",
        documents=(
            make_document(url_for("api.reference")),
            participants_document(ANY_STUDY, "Participants' API"),
        ),
        name_of=name_of,
        marked=marked,
    )


def marked(text: str) -> Markup:
    """A text of the documents, its code marked as such."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def name_of(content: dict[str, Any]) -> str:
    """What an answer or a body is, in a word: the names of its schemas, or its type."""
    (kind, described), *_ = content.items()
    schema = described.get("schema", {})
    places = [each["$ref"] for each in schema.get("oneOf", [schema]) if "$ref" in each]
    return " or ".join(place.rpartition("/")[2] for place in places) or kind
