"""The configuration of nginx that we tell people to use."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from study_server.endurance.server import free_port
from tests.conftest import ROOT, skip_or_fail_in_ci
from tests.study_server.commands.serving import serving

pytestmark = pytest.mark.usefixtures("study")

SITE = ROOT / "docs" / "deployment" / "nginx.conf"
HOST = "study.example.org"


@pytest.fixture
def nginx() -> str:
    found = shutil.which("nginx", path="/usr/sbin:/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        skip_or_fail_in_ci("no nginx; install Debian's package nginx-light")
    return str(found)


def make_certificate(folder: Path) -> Path:
    """For our host alone, made by ourselves."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    what = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    who = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        ["openssl", "req", "-x509", *what, *who, *where],
        check=True,
        capture_output=True,
    )
    return certificate


@contextmanager
def proxy(nginx: str, folder: Path, server: str) -> Iterator[int]:
    """nginx before the server, with our site as it is but for ports and paths."""
    make_certificate(folder)
    port = free_port()
    site = SITE.read_text()
    for ours, theirs in (
        ("127.0.0.1:8000", server.removeprefix("http://")),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (f"/etc/letsencrypt/live/{HOST}", str(folder)),
    ):
        assert ours in site
        site = site.replace(ours, theirs)
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; client_body_temp_path {folder}/body;\n"
        + "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"include {folder}/site.conf; }}\n"
    )
    command = [nginx, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    tested = subprocess.run(
        [*command, "-t"], check=False, capture_output=True, text=True
    )
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_people_reach_the_server_through_nginx(tmp_path: Path, nginx: str) -> None:
    """Over TLS, with the names and addresses of the outside, and one connection."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        serving(tmp_path / "data", "--https") as server,
        proxy(nginx, folder, server) as port,
        httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            headers={"Host": HOST},
            trust_env=False,
            transport=httpx.HTTPTransport(
                retries=5,
                verify=ssl.create_default_context(cafile=str(folder / "fullchain.pem")),
            ),
        ) as browser,
    ):
        tls = {"sni_hostname": HOST}
        page = browser.get("/s/tiny/", extensions=tls)
        answers = [browser.get("/health/ready", extensions=tls) for _ in range(2)]
        too_much = browser.post("/s/tiny/start", content=b"x" * 200_000, extensions=tls)
        upload = browser.post("/admin/login", content=b"x" * 200_000, extensions=tls)

    assert page.status_code == 200
    assert "Secure" in page.headers["Set-Cookie"]
    assert [answer.json() for answer in answers] == [{"is_ready": True}] * 2
    assert too_much.status_code == 413
    assert "nginx" in too_much.text, "the proxy itself refuses it"
    assert "nginx" not in upload.text, "what researchers upload reaches the server"
    assert "max-age" in page.headers["Strict-Transport-Security"]
