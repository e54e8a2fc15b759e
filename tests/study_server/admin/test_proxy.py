"""Behind a proxy that speaks HTTPS."""

import re
from pathlib import Path

from study_server import create_app
from study_server.config import ServerConfig
from tests.study_server.admin.conftest import csrf_token
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study


def test_failures_from_one_address_do_not_shut_out_another(tmp_path: Path) -> None:
    app = create_app(ServerConfig(data_dir=tmp_path / "data", has_https=True))

    def guess(address: str, name: str) -> int:
        client = app.test_client()
        headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
        origin = {"Referer": "https://localhost/admin/login"}
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        token = csrf_token(client, "/admin/login")
        data = {"csrf_token": token, "name": name, "password": "a wrong guess"}
        path = "/admin/login"
        return client.post(path, data=data, headers=headers | origin).status_code

    tried = [guess("203.0.113.5", f"name-{n}") for n in range(6)]

    assert tried == [401] * 5 + [429]
    assert guess("203.0.113.6", "ada") == 401


def test_cookies_are_tied_to_the_host_over_https(tmp_path: Path) -> None:
    """8.4"""
    config = ServerConfig(data_dir=tmp_path / "data", has_https=True)
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    visitor = Visitor(create_app(config))
    visitor.client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    visitor.client.environ_base["HTTP_REFERER"] = "https://localhost/"

    visitor.start()

    cookies = re.findall(rb"Set-Cookie: ([^\r\n]+)", visitor.received)
    cookies += [visitor.client.get("/admin/login").headers["Set-Cookie"].encode()]
    names = {cookie.split(b"=")[0] for cookie in cookies}
    assert names == {
        b"__Host-visit",
        b"__Host-participant-tiny-study",
        b"__Host-researcher",
    }
    for cookie in cookies:
        for asked in (b"Secure", b"HttpOnly", b"SameSite=Lax", b"Path=/;"):
            assert asked in cookie + b";"
    assert visitor.get("/api/session").status_code == 200


def test_browsers_are_told_to_come_over_https_alone_where_there_is_https(
    tmp_path: Path,
) -> None:
    """8.3"""
    for has_https in (True, False):
        folder = tmp_path / str(has_https)
        app = create_app(ServerConfig(data_dir=folder, has_https=has_https))
        answer = app.test_client().get("/admin/login")
        assert ("Strict-Transport-Security" in answer.headers) == has_https
