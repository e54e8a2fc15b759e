"""The libraries we are timed against, and the environment they run in. No torch.

Their requirements would not fit beside ours, so they get an environment of their own,
made by one command. None of their code comes with this package.
"""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.errors import BenchmarkError, MissingExtraError
from generator.jobs import write_whole
from generator.provenance import installed_version

DEFAULT_FOLDER = Path(".peers")
"""Where the peers' environment lies unless `--peers-environment` says otherwise."""

INSTALL_COMMAND = "accentuate bench --install-peers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A library that makes feature accentuations too."""

    name: str
    """Of the distribution, and of the module."""

    version: str
    """The one that is installed and timed."""

    needs: tuple[str, ...]
    """What importing it takes beside torch and torchvision, with versions."""

    has_latent_penalty: bool
    """Whether it holds the picture near the photograph inside the network."""


PEERS = {
    "faccent": Peer(
        name="faccent",
        version="1.0.3",
        needs=(
            "decorator==5.3.1",
            "einops==0.8.2",
            "imageio==2.38.1",
            "ipywidgets==8.1.9",
            "kornia==0.8.3",
            "matplotlib==3.11.2",
            "numpy==2.4.6",
            "scipy==1.17.1",
            "tqdm==4.70.1",
        ),
        has_latent_penalty=True,
    ),
    "horama": Peer(
        name="horama",
        version="0.3.0",
        needs=(
            "einops==0.8.2",
            "matplotlib==3.11.2",
            "numpy==2.4.6",
            "tqdm==4.70.1",
        ),
        has_latent_penalty=False,
    ),
}
"""Faccent declares kornia 0.4.1, lucent and kaleido, which no torch of today goes with
and its accentuations do not use; Horama uses einops and tqdm undeclared. So both are
installed without their declared requirements, beside what importing them does take."""


def check_peers(names: Collection[str]) -> tuple[str, ...]:
    """The names, each once, in the order given.

    Raises:
        BenchmarkError: none of that name is known.
    """
    if unknown := [name for name in names if name not in PEERS]:
        raise BenchmarkError(
            f"no peer is called {', '.join(unknown)}; known are {', '.join(PEERS)}"
        )
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, kw_only=True, slots=True)
class PeersEnvironment:
    """A folder with a Python of its own in which the peers are installed."""

    folder: Path = DEFAULT_FOLDER

    @property
    def python(self) -> Path:
        """The interpreter; absolute, because links of an environment are relative."""
        scripts = "Scripts" if os.name == "nt" else "bin"
        return self.folder.absolute() / scripts / "python"

    @property
    def record(self) -> Path:
        """Written last, so it is there only where the installation was finished."""
        return self.folder / "peers.json"

    def check(self) -> None:
        """See that the versions timed are installed.

        Raises:
            MissingExtraError: they are not; says how to install them.
        """
        if not (self.record.is_file() and self.python.exists()):
            raise MissingExtraError(
                f"the peers are not installed in {self.folder}. {self._remedy()}"
            )
        if self._recorded() != wanted():
            raise MissingExtraError(
                f"{self.folder} holds other versions of the peers or of torch than are "
                f"timed now. {self._remedy()}"
            )

    def _recorded(self) -> Any:
        """What is installed; None where the record is damaged."""
        try:
            return json.loads(self.record.read_text("utf-8"))
        except ValueError:
            return None

    def _remedy(self) -> str:
        is_default = self.folder == DEFAULT_FOLDER
        where = "" if is_default else f" --peers-environment {self.folder}"
        return f"Install them: {INSTALL_COMMAND}{where}"


def install_peers(environment: PeersEnvironment) -> None:
    """Make the environment anew, with this Python and torch of this version.

    Raises:
        BenchmarkError: the folder holds something else, or an installation step fails.
    """
    folder = environment.folder
    is_environment = (folder / "pyvenv.cfg").is_file()
    if folder.exists() and not is_environment and any(folder.iterdir()):
        raise BenchmarkError(
            f"{folder} holds files that are no Python environment; they are left as "
            "they are. Name another folder: --peers-environment FOLDER"
        )
    environment.record.unlink(missing_ok=True)
    for command in installation_steps(environment):
        _carry_out(command)
    content = json.dumps(wanted(), indent=2)
    write_whole(environment.record, content.encode())


def installation_steps(environment: PeersEnvironment) -> list[list[str]]:
    """The command lines that make the environment, in order."""
    pip = [str(environment.python), "-m", "pip", "install"]
    needs = dict.fromkeys(need for peer in PEERS.values() for need in peer.needs)
    peers = [f"{peer.name}=={peer.version}" for peer in PEERS.values()]
    return [
        [sys.executable, "-m", "venv", "--clear", str(environment.folder)],
        [*pip, *_torch_requirements(), *needs],
        [*pip, "--no-deps", *peers],
    ]


def _torch_requirements() -> list[str]:
    """Ours, without the build's local tag, which other machines may not have."""
    found = {name: installed_version(name) for name in ("torch", "torchvision")}
    return [
        name if version is None else f"{name}=={version.partition('+')[0]}"
        for name, version in found.items()
    ]


def wanted() -> dict[str, Any]:
    """What a finished environment says of itself."""
    return {
        "torch": _torch_requirements(),
        "peers": [json.loads(json.dumps(asdict(peer))) for peer in PEERS.values()],
    }


def _carry_out(command: Sequence[str]) -> None:
    """Run a step, its output on standard error, where progress belongs."""
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchmarkError(
            f"the peers could not be installed: `{' '.join(command)}` failed. See its "
            "output above; then try again"
        ) from error
