"""Why sale of a lot is stopped: a short list, so that it takes one tap and every reader knows it.

A reason is kept by its id in the change of a code's state; other states carry words of people.
"""

from collections.abc import Mapping
from types import MappingProxyType

from traceapp.trace.words import Words

STOP_REASONS: Mapping[str, Words] = MappingProxyType(
    {
        "stop:unsafe": Words(
            "Nghi không an toàn (mùi lạ, hư hỏng, nhiễm bẩn)",
            "May not be safe (odd smell, spoiled, contaminated)",
        ),
        "stop:cold": Words("Bảo quản không đủ lạnh", "Was not kept cold enough"),
        "stop:label": Words("Sai nhãn hoặc sai hạn dùng", "Wrong label or wrong date"),
        "stop:supplier": Words(
            "Bên cung cấp hoặc cơ quan báo", "Told by a supplier or an authority"
        ),
        "stop:complaint": Words("Khách hàng phản ánh", "A customer complained"),
        "stop:other": Words("Lý do khác, đang kiểm tra", "Another reason, being checked"),
    }
)


def told_reason(reason: str | None) -> Words | None:
    """Give a reason as it is told; what a person wrote stays in the language it was written in."""
    if not reason:
        return None
    return STOP_REASONS.get(reason) or Words.only_vi(reason)
