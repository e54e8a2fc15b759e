"""What is told of the machine beside the numbers (9.2)."""

from pathlib import Path

import pytest

from study_server.config import ServerConfig
from study_server.endurance.machine import file_system, machine_facts


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/var/lib/study", "ext4"), ("/var/lib/gone/away", "ext4"), ("/tmp/x", "tmpfs")],
)
def test_a_folder_is_on_the_nearest_mount_above_it(
    tmp_path: Path, folder: str, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / xfs rw 0 0\n/dev/b /var ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"
    )

    assert file_system(Path(folder), mounts) == kind
    assert file_system(Path("/home"), mounts) == "xfs"
    assert file_system(Path("/"), tmp_path / "none") == "unknown"


def test_machine_disk_and_versions_are_told(tmp_path: Path) -> None:
    facts = machine_facts(ServerConfig(data_dir=tmp_path))

    assert facts["database"] == "sqlite"
    assert isinstance(facts["machine"], dict)
    assert facts["machine"].keys() == {
        "system",
        "processor",
        "cores",
        "memory_gb",
        "file_system",
    }
    assert facts["machine"]["memory_gb"] > 0.1
    assert isinstance(facts["versions"], dict)
    assert {"python", "sqlalchemy"} < facts["versions"].keys()
