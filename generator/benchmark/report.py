"""The benchmark's numbers as a table to read, and as one JSON object."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.provenance import commit, library_versions

if TYPE_CHECKING:
    from generator.benchmark.comparison import Comparison
    from generator.benchmark.equal_result import Point
    from generator.benchmark.packed import PackedThroughput
    from generator.benchmark.scaling import JobsScaling


@dataclass(frozen=True, kw_only=True)
class BenchmarkReport:
    """Everything one call of `accentuate bench` measured."""

    command: str
    when: datetime
    comparison: "Comparison"

    scaling: "Sequence[JobsScaling]" = ()
    """Empty: not measured."""

    packed: "PackedThroughput | None" = None
    """None: not measured."""

    trade_off: "Sequence[Point]" = ()
    """Empty: not measured."""

    equal_result: "dict[str, float | None] | None" = None
    """Speed-up by library at an equal result; None where ours never had it."""

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            **self.comparison.to_json(),
            "speedup_at_equal_result": self.equal_result,
            "packed": None if self.packed is None else self._packed_json(),
            "jobs_scaling": [one.to_json() for one in self.scaling],
            "trade_off": [point.to_json() for point in self.trade_off],
            "machine": describe_machine(self.comparison.setting.device),
            "versions": {
                "python": platform.python_version(),
                "commit": commit(),
                **library_versions(),
            },
            "command": self.command,
            "when": self.when.isoformat(timespec="seconds"),
        }

    def _packed_json(self) -> dict[str, Any]:
        assert self.packed is not None
        return {
            **self.packed.to_json(),
            "speedup": {peer: self._packed_speedup(peer) for peer in self._peers},
        }

    @property
    def _peers(self) -> list[str]:
        return list(self.comparison.peers)

    def _packed_speedup(self, peer: str) -> float:
        """A peer's seconds per accentuation over ours in a pack."""
        assert self.packed is not None
        found = self.comparison
        theirs = found.speedup(peer) * found.seconds_per_accentuation
        return theirs / self.packed.seconds_per_accentuation

    def to_markdown(self) -> str:
        """A table, with the date, the machine and the command under it."""
        found = self.comparison
        lines = [
            "| | seconds per step | seconds per accentuation | peak memory, MB | "
            "times ours |",
            "|---|---|---|---|---|",
            self._row(
                "Accentuate",
                found.seconds_per_step,
                found.seconds_per_accentuation,
                max(run.peak_memory_mb for run in found.ours),
                1.0,
            ),
        ]
        for peer, runs in found.peers.items():
            lines.append(
                self._row(
                    f"{peer} {runs[0].versions.get(peer, '')}".strip(),
                    found.peer_seconds_per_step(peer),
                    found.speedup(peer) * found.seconds_per_accentuation,
                    max(run.peak_memory_mb for run in runs),
                    found.speedup(peer),
                )
            )
        return "\n".join([*lines, "", *self._sentences()])

    @staticmethod
    def _row(
        name: str, per_step: float, each: float, memory_mb: float, times: float
    ) -> str:
        return (
            f"| {name} | {per_step:.3g} | {each:.3g} | {memory_mb:.0f} | {times:.1f} |"
        )

    def _sentences(self) -> list[str]:
        found, setting = self.comparison, self.comparison.setting
        layer = setting.regularization_layer or "none"
        lines = [
            f"- {found.floor_multiple:.2f} times the floor: the network's own passes "
            "that a step cannot do without.",
            f"- {3600 / found.seconds_per_accentuation:.1f} accentuations of 98 steps "
            "per hour.",
        ]
        for name, times in (self.equal_result or {}).items():
            what = "was not reached" if times is None else f"{times:.1f} times as fast"
            lines.append(f"- To the result of {name}: {what}.")
        lines += self._packed_sentences()
        lines += [
            f"- {one.n_jobs} jobs in one call: each costs {one.relative:.2f} times "
            f"what one alone does; {one.peak_memory_mb:.0f} MB."
            for one in self.scaling
        ]
        machine = describe_machine(setting.device)
        return [
            *lines,
            "",
            f"{setting.network}, canvas {setting.canvas_px}, {setting.draws_per_step} "
            f"crops, penalty at {layer}; {machine['processor']}, "
            f"{setting.n_threads} threads, device {setting.device}, "
            f"torch {library_versions().get('torch', '')}; median of "
            f"{len(found.ours)} runs, in turn; {self.when.date().isoformat()}; "
            f"`{self.command}`.",
        ]

    def _packed_sentences(self) -> list[str]:
        packed = self.packed
        if packed is None:
            return []
        busy = "" if packed.utilization is None else f"{packed.utilization:.0%} busy, "
        per_hour = 3600 / packed.seconds_per_accentuation
        lines = [
            f"- {packed.n_jobs} jobs together: {per_hour:.1f} accentuations per hour, "
            f"{busy}{packed.floor_multiple:.2f} times the floor, "
            f"{packed.peak_memory_mb:.0f} MB."
        ]
        return lines + [
            f"- {self._packed_speedup(peer):.1f} times the throughput of {peer}."
            for peer in self._peers
        ]


def describe_machine(device: str) -> dict[str, Any]:
    """Which processor, how many cores, how busy, and which accelerator."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "processor": _processor(),
        "n_cores": os.cpu_count(),
        "load_average": busy,
        "system": platform.platform(),
        "accelerator": _accelerator(device),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = [
        line.partition(":")[2].strip()
        for line in text.splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def _accelerator(device: str) -> str | None:
    if not device.startswith("cuda"):
        return None
    import torch  # only where the device needs it

    return torch.cuda.get_device_name(device)
