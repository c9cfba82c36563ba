"""Letters that the sale of a lot was stopped, or is allowed again, where an address is known."""

from collections.abc import Sequence
from datetime import datetime

from traceapp.mail import operations as mail
from traceapp.recalls.notices.letter_trail import Told
from traceapp.recalls.notices.letters import MOST_NAMED, Holder
from traceapp.recalls.stops.queries import StopTold
from traceapp.web.pages import moment, public_host
from traceapp.web.settings import settings

STOPPED = """Kính gửi {holder},

{actor} đã ngừng bán lô {lot} từ {since}. Lý do: {why}.
Lô của bạn có liên quan (đang giữ, đã gửi đi, sắp nhận hoặc làm từ lô này): {lots}.

Hãy để riêng lô {lot}: không dùng, đóng gói, dán nhãn, gửi đi hay bán cho tới khi được bán lại.
Hàng đang trên đường vẫn nhận được rồi để riêng, hoặc từ chối nhận.
Hàng làm từ lô này: xem lại trước khi bán.

Xem ở mục Hôm nay: {link}

----
{actor_en} stopped the sale of lot {lot} on {since}: {why_en}.
Lots of yours that it concerns: {lots}. Set lot {lot} apart until its sale is allowed again; what is
on its way may be received and set apart, or refused. Look again before you sell what came of it.

Thư do {host} gửi thay {actor}. / Sent by {host} for {actor}.
"""
ALLOWED = """Kính gửi {holder},

{lifter} đã cho bán lại lô {lot}, bị ngừng bán từ {since}.
Lô của bạn có liên quan: {lots}.
Nếu lô không bị giữ, thu hồi hay ngừng bán vì lý do khác, bạn có thể bán lại.

Xem ở mục Hôm nay: {link}

----
{lifter_en} allowed the sale of lot {lot} again, stopped on {since}. Lots of yours that it concerns:
{lots}. Unless they are held, recalled or stopped for another reason, they may be sold again.

Thư do {host} gửi thay {lifter}. / Sent by {host} for {lifter}.
"""
STOPPED_THERE = """Kính gửi {holder},

{actor} ngừng bán phần hàng họ đang có của lô {lot} do bạn làm ra, từ {since}. Lý do: {why}.
Mã của lô không đổi, nơi khác vẫn bán được. Nếu cả lô có vấn đề, hãy tự ngừng bán lô này.

Xem ở mục Hôm nay: {link}

----
{actor_en} sells no more of what they have of your lot {lot}, since {since}: {why_en}. Its code says
nothing and others may sell it. If all of the lot is concerned, stop its sale yourself.

Thư do {host} gửi thay {actor}. / Sent by {host} for {actor}.
"""
ALLOWED_THERE = """Kính gửi {holder},

{lifter} bán lại phần hàng họ đang có của lô {lot} do bạn làm ra, đã ngừng bán từ {since}.

----
{lifter_en} sells again what they have of your lot {lot}, stopped on {since}.

Thư do {host} gửi thay {lifter}. / Sent by {host} for {lifter}.
"""


def post(
    letter: str, told: StopTold, to: Holder, lots: tuple[str, Sequence[str]], now: datetime
) -> Told:
    """Post one of these letters, and give how he was told.

    `lots` are the stopped one and his own, as he may read them.
    """
    if to.email is None:
        return Told(to.producer_id, has_address=False, job=None)
    stopped, his = lots
    body = told.body if told.lift is None else told.lift.body
    text = letter.format(
        holder=to.name,
        actor=told.body.vi,
        actor_en=told.body.en,
        lifter=body.vi,
        lifter_en=body.en,
        lot=stopped,
        lots=", ".join(his[:MOST_NAMED]) + (", …" if len(his) > MOST_NAMED else ""),
        since=moment(told.at),
        why=told.why.vi,
        why_en=told.why.en,
        host=public_host(),
        link=f"{settings().public_url}/desk",
    )
    subject = "Ngừng bán" if letter in {STOPPED, STOPPED_THERE} else "Cho bán lại"
    job = mail.post(to.email, f"{public_host()}: {subject} lô {stopped}", text, now=now)
    return Told(to.producer_id, has_address=True, job=job)
