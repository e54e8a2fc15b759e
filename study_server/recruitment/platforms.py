"""All platforms by name. Pure."""

from collections.abc import Mapping
from typing import Literal

from study_server.recruitment.connect import CONNECT
from study_server.recruitment.generic import GENERIC, OPEN
from study_server.recruitment.mturk import MTURK
from study_server.recruitment.platform import Platform
from study_server.recruitment.prolific import PROLIFIC
from study_server.recruitment.sona import SONA

PlatformName = Literal["open", "prolific", "mturk", "sona", "connect", "generic"]

PLATFORMS: Mapping[PlatformName, Platform] = {
    "open": OPEN,
    "prolific": PROLIFIC,
    "mturk": MTURK,
    "sona": SONA,
    "connect": CONNECT,
    "generic": GENERIC,
}
