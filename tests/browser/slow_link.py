"""A link of 1.6 Mbit/s on which one request in twenty fails."""

from random import Random
from statistics import median

from playwright.sync_api import Page, Route

from study_server.models import Response

LATENCY_MS = 100
DOWN_BYTES_PER_S = 1_600_000 // 8
UP_BYTES_PER_S = 768_000 // 8
FAILURE_RATE = 0.05
N_WINDOW = 5


def slow_down(page: Page, *, rng_seed: int) -> list[str]:
    """Emulate the link from now on; returns the failed addresses, as they come."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": DOWN_BYTES_PER_S,
            "uploadThroughput": UP_BYTES_PER_S,
        },
    )
    rng = Random(rng_seed)
    failed: list[str] = []

    def fail_some(route: Route) -> None:
        if rng.random() < FAILURE_RATE:
            failed.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/image/*", fail_some)
    page.route("**/api/*", fail_some)
    return failed


def waits_ms(rows: list[Response]) -> list[float]:
    """From each answer to the next trial's first image, after the first window."""
    shown = [
        row.onset_ms if row.panel_onset_ms is None else row.panel_onset_ms
        for row in rows
    ]
    waits = [
        onset - row.response_ms for row, onset in zip(rows, shown[1:], strict=False)
    ]
    return waits[N_WINDOW - 1 :]


def describe(waits: list[float]) -> str:
    """One line for people."""
    ordered = sorted(waits)
    p90 = ordered[round(0.9 * (len(ordered) - 1))]
    return (
        f"wait between trials after the first window, n = {len(waits)}: median "
        f"{median(waits):.0f} ms, 90 % below {p90:.0f} ms, longest {ordered[-1]:.0f} ms"
    )
