"""The board serves digests to this machine alone, and nothing else of the disk."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.board import make_board, require_loopback
from flows.errors import UsageError


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "2023-11-06.html").write_text("<h1>måndag</h1>", encoding="utf-8")
    (tmp_path / "2023-11-07.html").write_text("<h1>tisdag</h1>", encoding="utf-8")
    (tmp_path / "secret.html").write_text("hemligt", encoding="utf-8")
    (tmp_path / "2023-13-41.html").write_text("ingen dag", encoding="utf-8")
    return TestClient(make_board(tmp_path), base_url="http://127.0.0.1")


def test_the_newest_digest_is_the_front_page(client: TestClient) -> None:
    answer = client.get("/")
    assert "tisdag" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_archive_lists_days_and_only_days(client: TestClient) -> None:
    listed = client.get("/arkiv").text
    assert '<a href="/rapport/2023-11-06">måndag 6 november 2023</a>' in listed
    assert "2023-13-41" not in listed
    assert "secret" not in client.get("/arkiv").text
    assert "måndag" in client.get("/rapport/2023-11-06").text


@pytest.mark.parametrize("day", ["secret", "..%2f..%2fetc%2fpasswd", "2023-11-08", "<script>"])
def test_what_is_not_a_day_is_not_found(client: TestClient, day: str) -> None:
    answer = client.get(f"/rapport/{day}")
    assert answer.status_code == 404
    assert "hemligt" not in answer.text
    assert "<script>" not in answer.text


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_no_digest_yet_says_what_to_do(tmp_path: Path) -> None:
    answer = TestClient(make_board(tmp_path), base_url="http://localhost").get("/")
    assert answer.status_code == 404
    assert "ryktesvakt run" in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.com", "::"])
def test_beyond_loopback_is_refused_without_a_login(host: str) -> None:
    with pytest.raises(UsageError, match="no login"):
        require_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_served(host: str) -> None:
    require_loopback(host)
