"""Who asks for a page without being a person who reads it. Nothing is kept of it.

Browsers say what they fetch a page for, and programs mostly say what they are. One that
wants to pass for a person does.
"""

from collections.abc import Mapping

PERSONS_BROWSER = "Mozilla/"
"""How every browser of a person has begun its name for thirty years."""
PROGRAMS = (
    *("bot", "crawl", "spider", "slurp", "preview", "scan", "monitor", "headless"),
    *("facebookexternalhit", "whatsapp", "skypeuripreview", "safelinks", "lighthouse"),
)
"""Parts of the names of programs: search engines, chats that show what a link leads to,
mail filters that look into links first. Cubot makes phones."""


def is_person(headers: Mapping[str, str]) -> bool:
    """Whether a page was asked for by somebody who looks at it, as far as it shows.

    Source: https://www.w3.org/TR/fetch-metadata/, Sec-Fetch-Dest and Sec-Purpose.
    """
    name = headers.get("User-Agent", "")
    if not name.startswith(PERSONS_BROWSER):
        return False
    if any(part in name.lower().replace("cubot", "") for part in PROGRAMS):
        return False
    purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or ""
    if "prefetch" in purpose or "preview" in purpose:
        return False
    return headers.get("Sec-Fetch-Dest", "document") in ("document", "iframe")
