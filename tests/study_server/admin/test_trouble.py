"""Researchers are told why nobody new is let in."""

from flask import Flask
from flask.testing import FlaskClient

from study_server.trouble import Watch


def test_every_page_of_a_researcher_tells_of_trouble(
    app: Flask, ada: FlaskClient
) -> None:
    """4.11"""
    assert "Nobody new is let in" not in ada.get("/admin/").text

    folder = app.extensions["server_config"].data_dir
    app.extensions["watch"] = Watch(folder, min_free_bytes=2**62)

    for path in ("/admin/", "/admin/studies/demo"):
        page = ada.get(path).text
        assert "Nobody new is let in" in page
        assert "MB are free on the disk" in page
    assert "MB are free" not in app.test_client().get("/admin/login").text
