"""The columns of a tracking sheet for export buyers, and the words that explain them.

Shipping, receiving and transformation have the columns of the Produce Traceability Initiative's
templates; harvesting and initial packing name the key data elements of 21 CFR 1.1325 and 1.1330.
The regulation prescribes neither names nor order.
"""

ZONE = "+07:00"
EVENT = "Event ID"
_SOURCE = ("GLN", "FFRN", "URL", "GGN")

SHIPPING = (
    *(EVENT, "TLC-GTIN", "TLC-Batch", "Date Code", "Date Type", "VoiceCode", "Pallet ID"),
    *("TLC-Assigned By", "Qty & UOM", "Product Description", "Ship-To Location"),
    *("Ship-To Location ID", "Ship-From Location", "Ship-From Location ID"),
    f"Ship Date ({ZONE})",
    *(f"TLC Source Reference {name}" for name in _SOURCE),
    *("TLC Source Reference-Assigned By", "Ref Doc Type and Number"),
)
RECEIVING = (
    *(EVENT, "TLC-GTIN", "TLC-Batch", "TLC-Date", "TLC-Date Type", "TLC-SSCC"),
    *("TLC-Assigned By", "Qty & UOM", "Product Description"),
    *("Immediate Previous Source Location", "Receive Location", f"Receive Date ({ZONE})"),
    *(f"TLC Source Reference {name}" for name in _SOURCE),
    *("TLC Source Reference-Assigned By", "Ref Doc", "TLC Source Name", "TLC Source Street"),
    *("TLC Source City", "TLC Source State", "TLC Source Country", "TLC Source Zip"),
    "TLC Source Phone",
)
TRANSFORMATION = (
    *(EVENT, "Ref Doc Type", "Ref Doc Number"),
    *(f"Used TLC {name}" for name in ("GTIN", "Batch", "SSCC", "Date", "Date Type")),
    *("Used Qty", "Used UOM", "Used Description"),
    *(f"Produced TLC {name}" for name in ("GTIN", "Batch", "SSCC", "Date", "Date Type")),
    "Transform Location (TLCS)",
    *(f"TLCS Ref {name}" for name in _SOURCE),
    *(f"Date Transformed ({ZONE})", "Produced Description", "Produced Qty", "Produced UOM"),
)
HARVESTING = (
    *(EVENT, "Commodity and Variety", f"Harvest Date ({ZONE})", "Quantity", "UOM"),
    *("Farm Location", "Field Name", "Harvester Name", "Harvester Phone", "TLC-Batch", "Ref Doc"),
)
INITIAL_PACKING = (
    *(EVENT, "Commodity and Variety Received", "Date Received", "Quantity Received"),
    *("Farm Location", "Field Name", "Harvester Name", "Harvester Phone"),
    *(f"Harvest Date ({ZONE})", "Cooling Location", f"Cooling Date ({ZONE})", "TLC"),
    *("Packed Description", "Quantity Packed", "Packed-At Location (TLC Source)"),
    *(f"Pack Date ({ZONE})", "Ref Doc"),
)

TERMS = ("Term", "Meaning", "Nghĩa")
GLOSSARY = (
    (
        EVENT,
        (
            "One event has one id. It stands in several rows where several lots took part: the"
            " first used lot beside the first produced one, the second beside the second, and so"
            " on. Each amount stands once, so columns of amounts may be added up."
        ),
        (
            "Mỗi việc có một mã. Việc có nhiều lô thì mã đứng ở nhiều dòng: lô dùng thứ nhất cạnh"
            " lô làm ra thứ nhất, cứ thế tiếp. Mỗi số lượng chỉ ghi một lần, nên cộng cả cột được."
        ),
    ),
    (
        "Time zone",
        f"Every date is a day in Viet Nam ({ZONE}), written year-month-day.",
        f"Mọi ngày là ngày ở Việt Nam ({ZONE}), viết năm-tháng-ngày.",
    ),
    (
        "Empty cell",
        "Not recorded, or kept by another business to itself. Nothing is estimated or filled in.",
        "Chưa ghi, hoặc cơ sở khác không cho xem. Không có gì là ước đoán.",
    ),
    (
        "TLC-Batch, TLC",
        "The traceability lot code: the lot as its producer named it.",
        "Mã lô truy xuất: số lô do cơ sở sản xuất đặt.",
    ),
    (
        "TLC-Assigned By",
        "The business that named the lot.",
        "Cơ sở đặt số lô.",
    ),
    (
        "Date Code, TLC-Date",
        "The day the lot was packed, else made; the type says which.",
        "Ngày đóng gói, nếu không có thì ngày sản xuất; cột loại ngày nói rõ.",
    ),
    (
        "TLC Source Reference URL, TLCS Ref URL",
        "The public page of the lot, which names who made it and where.",
        "Trang công khai của lô, có tên và địa chỉ nơi làm ra.",
    ),
    (
        "GLN, FFRN, GGN, SSCC, VoiceCode, Pallet ID",
        "Left empty: they are not recorded here for these events.",
        "Để trống: ở đây không ghi các mã này cho từng việc.",
    ),
    (
        "Qty, UOM",
        (
            "Figures with a decimal point; the unit as it is written in Viet Nam: túi = bag,"
            " con = head, cây = stick, bao = sack, quả = piece, lít = litre."
        ),
        "Số dùng dấu chấm thập phân; đơn vị viết như ở Việt Nam.",
    ),
    (
        "Which events",
        (
            "Those of the lot and of the lots it was made from, as far as whoever made this file"
            " may read them. Events with products made of the lot are not in it."
        ),
        (
            "Các việc của lô và của những lô làm ra nó, trong phạm vi người lập tệp được xem. Không"
            " có các việc của sản phẩm làm từ lô này."
        ),
    ),
    (
        "Columns",
        (
            "Shipping, Receiving, Transformation: those of the Produce Traceability Initiative's"
            " templates. Harvesting, Initial packing: key data elements of 21 CFR 1.1325 and"
            " 1.1330."
        ),
        (
            "Shipping, Receiving, Transformation: cột theo mẫu của Produce Traceability Initiative."
            " Harvesting, Initial packing: dữ liệu theo 21 CFR 1.1325 và 1.1330."
        ),
    ),
)
