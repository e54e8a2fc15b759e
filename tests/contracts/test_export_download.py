"""A report's export comes from a running server with a token, whole or not at all."""

import io
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from analysis.archive import read_json, read_zip
from analysis.cli import main
from analysis.download import (
    TOKEN_VARIABLE,
    check_tables,
    export_address,
    fetch_export,
    read_token,
)
from analysis.errors import DownloadError
from analysis.load import load_export
from study_server.db import Database
from study_server.models import Scope, Study, StudyStatus
from tests.study_server.api.conftest import MakeToken, app, make_token

__all__ = ["app", "make_token"]


@contextmanager
def serving(app: Callable[..., Iterable[bytes]]) -> Iterator[str]:
    """Serve an application on this machine; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The study server."""
    with serving(app) as address:
        yield address


def test_an_export_is_downloaded_whole_and_its_checksums_fit(
    server: str, make_token: MakeToken, tmp_path: Path
) -> None:
    path = tmp_path / "e.zip"
    token = make_token(scopes=[Scope.EXPORT_READ], study_id="demo")

    fetch_export(export_address(f"{server}/admin/studies/demo"), token, path)

    files = read_zip(path.read_bytes(), path)
    assert read_json(files, "export.json", path)["study_id"] == "demo"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    ("token", "study", "message"),
    [
        ({}, "no-such", "refused with 404: there is no such study"),
        ({"study_id": "other"}, "demo", "refused with 403: .*good for export:read"),
        ({"scopes": [Scope.STUDY_READ]}, "demo", "403: .*scope export:read"),
        (None, "demo", "refused with 401: .*`study-server token create NAME`"),
    ],
)
def test_a_refusal_says_what_to_do_and_leaves_the_old_file(
    server: str,
    make_token: MakeToken,
    tmp_path: Path,
    token: dict[str, Any] | None,
    study: str,
    message: str,
) -> None:
    values = {"scopes": [Scope.EXPORT_READ], **(token or {})}
    secret = "wrong" if token is None else make_token(**values)
    path = tmp_path / "e.zip"
    path.write_bytes(b"old")

    with pytest.raises(DownloadError, match=message):
        fetch_export(f"{server}/api/studies/{study}/export", secret, path)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path, *tmp_path.glob("data")]


def test_the_report_of_an_open_study_is_refused_for_what_it_is(
    server: str,
    make_token: MakeToken,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """7.5: the export is blind until the study is closed."""
    secret = make_token()
    monkeypatch.setenv(TOKEN_VARIABLE, secret)

    code = main(["report", f"{server}/s/demo/", "--out", str(tmp_path / "r")])

    told = capsys.readouterr()
    assert code == 1
    assert "r-export.zip (downloaded" in told.out
    assert "Close the study" in told.err
    assert secret not in told.out + told.err
    assert not (tmp_path / "r").exists()


def test_a_blind_look_at_an_open_study_is_downloaded_and_made(
    server: str,
    make_token: MakeToken,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, make_token(scopes=[Scope.EXPORT_READ]))
    out = tmp_path / "interim"

    code = main(["interim", f"{server}/api/studies/demo/export", "--out", str(out)])

    assert code == 0, capsys.readouterr().err
    assert (out / "interim.html").is_file()


def test_a_closed_study_is_read_by_the_analysis(
    server: str, app: Flask, make_token: MakeToken, tmp_path: Path
) -> None:
    database: Database = app.extensions["database"]
    with database.write() as db:
        for study in db.query(Study):
            study.status = StudyStatus.CLOSED
    path = tmp_path / "e.zip"

    fetch_export(f"{server}/api/studies/demo/export", make_token(), path)

    (response,) = load_export(path).responses.to_dict("records")
    assert response["is_correct"]


def answering(status: str, body: bytes, *headers: tuple[str, str]) -> Any:
    """A server that always answers the same."""

    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, list(headers))
        return [body]

    return answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            answering("200 OK", b"PK", ("Content-Length", "1000")),
            "ended early|no whole export",
        ),
        (answering("200 OK", b"no zip"), "no whole export"),
        (
            answering("302 Found", b"", ("Location", "http://127.0.0.1:9/")),
            "which does not get the token",
        ),
        (answering("500 Oh", b"<p>"), "refused with 500: try again later"),
    ],
)
def test_what_is_no_whole_export_leaves_nothing(
    tmp_path: Path, answer: Any, message: str
) -> None:
    with serving(answer) as address, pytest.raises(DownloadError, match=message):
        fetch_export(f"{address}/api/studies/demo/export", "x", tmp_path / "e.zip")

    assert list(tmp_path.iterdir()) == []


def test_a_table_that_changed_on_the_way_is_found(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as files:
        files.writestr("responses.csv", "changed\n")
        files.writestr("export.json", '{"table_sha256": {"responses.csv": "0"}}')
    path.write_bytes(content.getvalue())

    with pytest.raises(DownloadError, match=r"responses\.csv changed on the way"):
        check_tables(path)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"cannot reach 127\.0\.0\.1:9"):
        fetch_export("http://127.0.0.1:9/api/studies/a/export", "x", tmp_path / "e.zip")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("https://lab.example/", "names no study"),
        ("http://lab.example/s/demo/", "use https"),
        ("https://ada:pw@lab.example/s/demo/", "secret in an address"),
        ("https://lab.example/s/demo/?token=x", "secret in an address"),
    ],
)
def test_an_address_that_would_betray_or_miss_is_refused(
    address: str, message: str
) -> None:
    with pytest.raises(DownloadError, match=message):
        export_address(address)


def test_any_address_of_a_study_leads_to_its_export() -> None:
    expected = "https://lab.example/x/api/studies/demo/export"

    for place in ("s/demo/", "admin/studies/demo", "api/studies/demo/export"):
        assert export_address(f"https://lab.example/x/{place}") == expected
    assert export_address("https://h.org/s/demo/?sessions=all").endswith(
        "?sessions=all"
    )


def test_a_token_comes_from_option_file_or_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("of-file\n")
    monkeypatch.setenv(TOKEN_VARIABLE, "of-variable")

    found = [read_token("given", file), read_token(None, file), read_token(None, None)]

    assert found == ["given", "of-file", "of-variable"]
    monkeypatch.delenv(TOKEN_VARIABLE)
    with pytest.raises(DownloadError, match="--token-file"):
        read_token(None, None)
    with pytest.raises(DownloadError, match="cannot read the token file"):
        read_token(None, tmp_path / "none")
