"""The mail server of the settings: where it is, and handing it a letter.

    smtps://user:password@host:465       TLS from the start
    smtp://user:password@host:587        TLS after a greeting (STARTTLS), always
    smtp://localhost:25                  on this machine, as it is

Nothing of a letter and no password is in an error: errors are logged and kept with the job.
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from urllib.parse import unquote, urlsplit

from traceapp.config import LOOPBACK_HOSTS

TIMEOUT_S = 15
USUAL_PORTS = {"smtps": 465, "smtp": 587}

Security = Literal["tls", "starttls", "none"]


class MailError(Exception):
    """The server did not take a letter; the text says why without naming anybody."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak with it."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Read SMTP_URL. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in USUAL_PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("not a mail server")
        security: Security = "tls" if parts.scheme == "smtps" else "starttls"
        if security == "starttls" and parts.hostname in LOOPBACK_HOSTS:
            security = "none"
        return cls(
            parts.hostname,
            parts.port or USUAL_PORTS[parts.scheme],
            security,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def send(self, message: EmailMessage) -> None:
        """Hand a letter to the server. Raises MailError."""
        try:
            with self._connect() as line:
                if self.security == "starttls":
                    line.starttls(context=ssl.create_default_context())
                if self.user is not None:
                    line.login(self.user, self.password or "")
                line.send_message(message)
        except smtplib.SMTPResponseException as error:
            raise MailError(f"{type(error).__name__} {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused as error:
            said = sorted({str(code) for code, _words in error.recipients.values()})
            raise MailError(f"{type(error).__name__} {' '.join(said)}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(type(error).__name__) from None

    def greet(self) -> None:
        """Connect, start TLS and sign in, without sending anything. Raises MailError."""
        try:
            with self._connect() as line:
                if self.security == "starttls":
                    line.starttls(context=ssl.create_default_context())
                line.ehlo()
                if self.user is not None:
                    line.login(self.user, self.password or "")
        except smtplib.SMTPResponseException as error:
            raise MailError(f"{type(error).__name__} {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
