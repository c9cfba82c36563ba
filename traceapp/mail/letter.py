"""A letter by e-mail: plain text, one reader, headers that nobody's name can break out of."""

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from traceapp.problem import N_
from traceapp.web.faults import Fault
from traceapp.web.fields import clean

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
LONGEST_SUBJECT = 120

NOT_AN_ADDRESS = Fault(
    "email", N_("This is no e-mail address."), N_("Write it like lan@example.vn.")
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is told by e-mail; `letter_id` stays the same however often it is sent."""

    letter_id: str
    to: str
    subject: str
    text: str

    def message(self, sender: str) -> EmailMessage:
        """Write it out. Raises ValueError for an address that is none."""
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(addr_spec=address(sender))
        message["To"] = Address(addr_spec=address(self.to))
        message["Subject"] = clean(self.subject)[:LONGEST_SUBJECT]
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{self.letter_id}@{address(sender).rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        message.set_content(self.text)
        return message


def address(text: str) -> str:
    """Give an e-mail address as it is kept. Raises ValueError for what is none."""
    text = text.strip()
    name, _at, host = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and " " not in text
    if not (plain and name and "." in host and len(text) <= LONGEST_ADDRESS):
        raise ValueError("not an address")
    try:
        parsed = Address(addr_spec=text)
    except (HeaderParseError, IndexError) as error:
        raise ValueError("not an address") from error
    return f"{parsed.username}@{parsed.domain.lower()}"
