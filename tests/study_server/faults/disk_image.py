"""What a disk holds after a power cut, from a log of writes and syncs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple


class Record(NamedTuple):
    """One thing that a program did to a file, or an acknowledgement it gave."""

    kind: str
    """`W` write, `T` cut to a length, `S` sync, `A` acknowledged."""
    name: str
    """The file's path, or the response_id."""
    at: int = 0
    content: bytes = b""


def read_log(log: Path) -> Iterator[Record]:
    """All records, in the order in which they happened."""
    content, place = log.read_bytes(), 0
    while place < len(content):
        end = content.index(b"\n", place)
        kind, name, *numbers = content[place:end].decode().split(" ")
        place = end + 1
        if kind == "W":
            at, length = map(int, numbers)
            yield Record(kind, name, at, content[place : place + length])
            place += length
        else:
            yield Record(kind, name, int(numbers[0]) if numbers else 0)


@dataclass
class Disk:
    """Files as the disk holds them, and writes that it has not been made to keep."""

    files: dict[str, bytearray] = field(default_factory=dict)
    waiting: dict[str, list[Record]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Do one thing; a sync makes what waits for the file last."""
        if record.kind == "S":
            for each in self.waiting.pop(record.name, []):
                apply(self.files, each)
        elif record.kind in "WT":
            self.waiting.setdefault(record.name, []).append(record)

    def after_power_cut(self, rng: Random) -> dict[str, bytes]:
        """What is there afterwards: all that was synced, and any part of the rest."""
        files = {name: bytearray(content) for name, content in self.files.items()}
        for records in self.waiting.values():
            for each in records:
                if rng.random() < 0.5:
                    apply(files, each)
        return {name: bytes(content) for name, content in files.items()}


def apply(files: dict[str, bytearray], record: Record) -> None:
    """Write, or cut, where the record says."""
    content = files.setdefault(record.name, bytearray())
    if record.kind == "T":
        del content[record.at :]
        return
    content.extend(b"\0" * (record.at - len(content)))
    content[record.at : record.at + len(record.content)] = record.content
