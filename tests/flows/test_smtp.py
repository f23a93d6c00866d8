"""The mail server is met over a connection that is checked, its password is never given away; else it is said why."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flows.delivery.channels import NotTaken
from flows.delivery.smtp import send_mail
from flows.settings_people import Smtp
from reports.mail import a_mail
from tests.flows.sinks import MailSink, free_port, mail_sink

PASSWORD = "en lång rad ord"
AT = datetime(2026, 11, 9, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate and its key for this machine, that nobody trusts by himself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def guarded(certificate: Path) -> Iterator[MailSink]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with mail_sink(tls=context, password=PASSWORD) as sink:
        yield sink


def send(port: int, **changes: Any) -> None:
    given = {"host": "127.0.0.1", "port": port, "user": "ryktesvakt", "timeout_seconds": 10, **changes}
    mail = a_mail(key="k", sender="r@a.example", recipient="b@a.example", subject="Hej", at=AT, text="Hej\n")
    send_mail(mail, Smtp.model_validate(given))


def test_a_login_over_a_trusted_connection_is_taken(guarded: MailSink, certificate: Path, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("RYKTESVAKT_SMTP_PASSWORD", PASSWORD)
    send(guarded.port)
    assert guarded.subjects() == ["Hej"] and guarded.logins


def test_a_wrong_password_is_told_apart(guarded: MailSink, certificate: Path, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("RYKTESVAKT_SMTP_PASSWORD", "fel")
    with pytest.raises(NotTaken) as told:
        send(guarded.port)
    assert told.value.problem == "login"


def test_a_certificate_that_nobody_vouches_for_gets_no_password(guarded: MailSink, monkeypatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_SMTP_PASSWORD", PASSWORD)
    before = len(guarded.logins)
    with pytest.raises(NotTaken) as told:
        send(guarded.port)
    assert told.value.problem == "tls" and len(guarded.logins) == before


def test_a_server_without_encryption_gets_neither_password_nor_mail(monkeypatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_SMTP_PASSWORD", PASSWORD)
    with mail_sink() as sink:
        with pytest.raises(NotTaken) as told:
            send(sink.port)
        assert told.value.problem == "tls" and sink.got == []


def test_nobody_there_is_told_apart() -> None:
    with pytest.raises(NotTaken) as told:
        send(free_port())
    assert told.value.problem == "unreachable"
