"""Bodies as they are sent, for the description of the interface."""

PRODUCT = {
    "name": "Cải ngọt túi 500 g",
    "family": "vegetable",
    "role": "finished",
    "uom": "túi",
    "net_quantity": "0.5",
    "net_uom": "kg",
    "label": {
        "group": "Thực phẩm",
        "origin": {"vi": "Sản xuất tại Hà Nội, Việt Nam"},
        "standards": [],
    },
    "external_id": "CN-500",
}
SITE = {
    "name": "Nhà sơ chế",
    "kind": "packing_house",
    "province": "Hà Nội",
    "commune_kind": "xã",
    "commune": "Bát Tràng",
    "latitude": 20.99,
    "longitude": 105.91,
    "external_id": "NSC-1",
}
SEASON = {
    "plot_id": "01936b2e-0000-7000-8000-0000000000d1",
    "name": "Cải ngọt, vụ đông 2026",
    "crop": "cải ngọt",
    "started_on": "2026-10-05",
    "external_id": "VU-7",
}
BATCH = {
    "id": "01936b2e-0000-7000-8000-0000000000b1",
    "product_id": "01936b2e-0000-7000-8000-0000000000a1",
    "lot": "CN-221126",
    "quantity": "240",
    "uom": "túi",
    "production_date": "2026-11-22",
    "expiry_date": "2026-11-25",
    "site_id": "01936b2e-0000-7000-8000-0000000000c1",
}
EVENT = {
    "id": "01936b2e-0000-7000-8000-0000000000e1",
    "step_kind": "pack",
    "event_time": "2026-11-22T05:40:00+07:00",
    "site_id": "01936b2e-0000-7000-8000-0000000000c1",
    "outputs": [
        {
            "batch_id": "01936b2e-0000-7000-8000-0000000000b1",
            "quantity": "240",
            "uom": "túi",
        }
    ],
    "fields": {"note": "Đóng túi buổi sáng"},
}
LABEL_ISSUE = {
    "labels": 24,
    "pack": {"quantity": "0.5", "uom": "kg"},
    "stock": "a4-24",
    "template": "full",
    "start_position": 7,
}
