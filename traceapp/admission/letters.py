"""Letters about joining, to whoever gave an e-mail address; none without a mail server."""

from datetime import datetime
from uuid import UUID

from traceapp.database.engine import db
from traceapp.mail import operations as mail
from traceapp.producers.models import Producer
from traceapp.web.pages import public_host
from traceapp.web.settings import settings

ADMITTED = """Chào bạn,

{name} đã được kết nạp vào {host}. Mã của các lô đủ hồ sơ bắt đầu hoạt động.
Vào bàn làm việc: {url}/desk

----
{name} has been let in at {host}. The codes of its complete batches go live now.
"""
REFUSED = """Chào bạn,

{name} chưa được kết nạp vào {host}. Lý do:

{reason}

Bạn sửa lại rồi nhắn cho đơn vị vận hành để được xem lại: {url}/desk

----
{name} has not been let in at {host}. The reason is above.
"""
RENAMED = """Chào bạn,

Cơ sở của bạn ở {host} từ nay mang tên {name}.
Vào bàn làm việc: {url}/desk

----
Your producer at {host} is called {name} from now on.
"""
NOT_RENAMED = """Chào bạn,

{name} giữ tên này ở {host}. Tên {wished} chưa được chấp nhận. Lý do:

{reason}

Vào bàn làm việc: {url}/desk/producer

----
{name} keeps its name at {host}. The reason is above.
"""
INVITED = """Chào bạn,

{by} mời bạn tham gia {host}. Mở liên kết này trong 7 ngày; nó dùng được một lần:

{link}

Nếu trang hỏi mã, nhập: {code}

----
{by} invites you to {host}. Open the link within 7 days; it works once.
"""


def tell_admitted(producer_id: UUID, *, now: datetime) -> None:
    """Tell a producer that it was let in."""
    _tell(producer_id, "đã được kết nạp", ADMITTED, now=now)


def tell_refused(producer_id: UUID, reason: str, *, now: datetime) -> None:
    """Tell a producer that it was refused, and why."""
    _tell(producer_id, "chưa được kết nạp", REFUSED, now=now, reason=reason)


def tell_renamed(producer_id: UUID, *, now: datetime) -> None:
    """Tell a producer that it has the name it asked for."""
    _tell(producer_id, "được đổi tên", RENAMED, now=now)


def tell_not_renamed(producer_id: UUID, wished: str, reason: str, *, now: datetime) -> None:
    """Tell a producer that it keeps its name, and why."""
    _tell(producer_id, "chưa được đổi tên", NOT_RENAMED, now=now, wished=wished, reason=reason)


def invite(to: str, by: str, path: str, code: str, *, now: datetime) -> bool:
    """Send an invitation; False where no mail server is set."""
    link = f"{settings().public_url}{path}#{code}"
    text = INVITED.format(by=by, host=public_host(), link=link, code=code)
    return mail.post(to, f"{public_host()}: {by} mời bạn", text, now=now) is not None


def _tell(producer_id: UUID, what: str, text: str, *, now: datetime, **said: str) -> None:
    producer = db.session.get_one(Producer, producer_id)
    if producer.email is None:
        return
    words = {"name": producer.name, "host": public_host(), "url": settings().public_url}
    subject = f"{public_host()}: {producer.name} {what}"
    mail.post(producer.email, subject, text.format(**words, **said), now=now)
