"""Bodies of phones to show in the description of the interface."""

from typing import Any

PHONE_ID = "01935f6e-0a11-7c3a-9b52-0f4f3a6c1d20"

ENROL = {"code": "7K3M-9QRT", "phone_id": PHONE_ID, "name": "Samsung A05"}
SYNC: dict[str, Any] = {
    "phone_id": PHONE_ID,
    "sent_at": "2026-11-21T05:45:00+07:00",
    "app_version": "1.0.0",
    "unsent": 1,
    "last_sequence": 12,
    "free_codes": 49,
    "records": [
        {
            "sequence": 12,
            "batches": [
                {
                    "batch_id": "01935f6e-0a12-7c3a-9b52-0f4f3a6c1d21",
                    "product_id": "01935f6e-0a13-7c3a-9b52-0f4f3a6c1d22",
                    "lot": "CX-A-2111",
                    "uom": "kg",
                    "code": "7K3M9QRT2X",
                }
            ],
            "event": {
                "id": "01935f6e-0a14-7c3a-9b52-0f4f3a6c1d23",
                "step_kind": "harvest",
                "event_time": "2026-11-21T05:40:00+07:00",
                "device_time": "2026-11-21T05:40:10+07:00",
                "site_id": "01935f6e-0a15-7c3a-9b52-0f4f3a6c1d24",
                "outputs": [
                    {
                        "batch_id": "01935f6e-0a12-7c3a-9b52-0f4f3a6c1d21",
                        "quantity": "42.5",
                        "uom": "kg",
                    }
                ],
            },
        }
    ],
}

PUSH_PHONE: dict[str, Any] = {
    "endpoint": "https://push.example.net/send/dGhpcyBpcyBub25l",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkN"
        "toIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "language": "vi",
}
PUSH = PUSH_PHONE | {"code": "7K3M9QRT2X"}
PUSH_FORGET = {"endpoint": PUSH_PHONE["endpoint"], "code": "7K3M9QRT2X"}
