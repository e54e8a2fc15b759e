"""Behind a proxy that speaks HTTPS."""

from pathlib import Path

from study_server import create_app
from study_server.config import ServerConfig
from tests.study_server.admin.conftest import csrf_token


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
