"""Hands a mail to the configured server, and says in one word why it was not taken."""

from __future__ import annotations

import base64
import smtplib
import ssl
from email.message import EmailMessage

from flows.config import smtp_password
from flows.delivery.channels import NotTaken
from flows.settings_people import Smtp


def send_mail(mail: EmailMessage, settings: Smtp) -> None:
    """Hand a mail over. Raises NotTaken."""
    try:
        with _connected(settings) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise NotTaken("recipient") from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotTaken("login") from error
    except smtplib.SMTPResponseException as error:
        raise NotTaken("refused") from error
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        raise NotTaken("tls") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken("unreachable") from error


def _connected(settings: Smtp) -> smtplib.SMTP:
    timeout, context = settings.timeout_seconds, ssl.create_default_context()
    server: smtplib.SMTP
    if settings.security == "tls":
        server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            _log_in(server, settings.user, smtp_password())
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    # smtplib's own login speaks ASCII alone; PLAIN takes UTF-8 (RFC 4616).
    server.ehlo_or_helo_if_needed()
    given = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {given}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)
