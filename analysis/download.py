"""A study export fetched from a study server: whole and checked, or not at all.

The token travels in a header, to the server that was named and to no other.
"""

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from analysis.errors import DownloadError

TOKEN_VARIABLE = "STUDY_SERVER_TOKEN"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
STUDY_PLACES = re.compile(
    r"(?P<before>.*?)/(?:s|api/studies|admin/studies)/(?P<id>[^/]+)"
)
"""Addresses under which a researcher meets a study."""
TIMEOUT_S = 120.0
"""Without a byte for so long, the download is given up."""
BLOCK_BYTES = 2**20

ADVICE: Mapping[int, str] = {
    401: "the server does not know the token, or it is expired or revoked. An owner "
    "makes another: `study-server token create NAME`",
    403: "the token is not good for the export of this study; it needs the scope "
    "export:read",
    404: "there is no such study; look at its address once more",
}


def is_address(text: str) -> bool:
    """Whether an export is named by an address, not by a path."""
    return text.startswith(("https://", "http://"))


def read_token(token: str | None, file: Path | None) -> str:
    """The token: as given, from a file, or from the environment.

    Raises:
        DownloadError: there is none.
    """
    try:
        text = token or (file.read_text("utf-8") if file else None)
    except (OSError, UnicodeDecodeError) as error:
        raise DownloadError(f"cannot read the token file {file}: {error}") from error
    found = (text or os.environ.get(TOKEN_VARIABLE) or "").strip()
    if not found or not found.isascii() or not found.isprintable():
        raise DownloadError(
            "a server gives exports to tokens alone; give one by --token-file FILE or "
            f"the variable {TOKEN_VARIABLE}. `study-server token create NAME` makes one"
        )
    return found


def export_address(text: str) -> str:
    """The address of a study's export, from any address of the study.

    Args:
        text: like https://lab.example/admin/studies/demo; `sessions` may follow in
            the query.

    Raises:
        DownloadError: no study is named, or the token would travel in the clear.
    """
    parts = urlsplit(text)
    found = STUDY_PLACES.match(parts.path)
    if not parts.hostname or found is None:
        raise DownloadError(
            f"{text!r} names no study; write https://HOST/api/studies/STUDY_ID/export"
        )
    if "@" in parts.netloc or "token" in parts.query:
        raise DownloadError(
            "a secret in an address is stored in logs and histories; give the token "
            "by --token-file"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise DownloadError(
            f"over http everyone on the way to {parts.hostname} could read the token; "
            "use https"
        )
    path = f"{found['before']}/api/studies/{found['id']}/export"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def fetch_export(address: str, token: str, path: Path) -> None:
    """Download an export to a file; what is there stays until the new one is whole.

    Raises:
        DownloadError: it cannot be had, ended early, or is not as it was sent.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        try:
            with partial.open("wb") as file:
                _receive(address, token, file)
            check_tables(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise DownloadError(
            f"cannot write {path}: {error.strerror}; name a folder that exists"
        ) from error


def check_tables(path: Path) -> None:
    """Compare every table of an export with the checksum beside it.

    Raises:
        DownloadError: a table is missing or differs, or the file is no zip.
    """
    try:
        with zipfile.ZipFile(path) as files:
            listed = json.loads(files.read("export.json"))["table_sha256"]
            wrong = [n for n, sha256 in listed.items() if _sha256(files, n) != sha256]
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise DownloadError(
            f"what was downloaded is no whole export ({error}); try again"
        ) from error
    if wrong:
        raise DownloadError(
            f"{', '.join(wrong)} changed on the way: the checksum in export.json is "
            "another; try again"
        )


def _receive(address: str, token: str, file: IO[bytes]) -> None:
    host = urlsplit(address).netloc
    request = Request(address, headers={"Authorization": f"Bearer {token}"})
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            shutil.copyfileobj(answer, file, BLOCK_BYTES)
    except HTTPError as error:
        raise DownloadError(
            f"{host} refused with {error.code}: {_reason(error)}"
        ) from error
    except URLError as error:
        raise DownloadError(
            f"cannot reach {host}: {error.reason}; is the address right, and the "
            "server running?"
        ) from error
    except (HTTPException, TimeoutError, ConnectionError) as error:
        raise DownloadError(
            f"the download from {host} ended early ({error!r}); try again"
        ) from error


class _NoRedirect(HTTPRedirectHandler):
    """Sends nothing on: another server must not get the token."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


def _reason(error: HTTPError) -> str:
    """What the server says, and what to do."""
    if 300 <= error.code < 400:
        return (
            f"it sends to {error.headers.get('Location')}, which does not get the "
            "token; give that address if you trust it"
        )
    said = _said(error)
    advice = ADVICE.get(error.code, "try again later")
    return f"{advice}. It says: {said}" if said else advice


def _said(error: HTTPError) -> str:
    try:
        answer: Any = json.loads(error.read(10_000))
    except ValueError:
        return ""
    return str(answer.get("message", "")) if isinstance(answer, dict) else ""


def _sha256(files: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with files.open(name) as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
