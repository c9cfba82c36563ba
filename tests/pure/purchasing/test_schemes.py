"""Kinds of certificates are known by the words of their scheme and standard."""

import pytest

from traceapp.database.folding import fold
from traceapp.purchasing.schemes import SCHEMES, of


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("VietGAP; VietGAP crops; TCVN 11892-1:2017", {"vietgap"}),
        ("VietGAHP; VietGAHP pigs; QĐ VietGAHP lợn", {"vietgahp"}),
        ("GLOBALG.A.P.; IFA v6", {"globalgap"}),
        ("GlobalGAP; IFA", {"globalgap"}),
        ("Hữu cơ; Organic crops; TCVN 11041-2:2017", {"organic"}),
        ("HACCP; HACCP; TCVN 5603:2023", {"haccp"}),
        ("ISO 22000; ISO 22000; ISO 22000:2018", {"iso_22000"}),
        ("OCOP 4 sao; OCOP 4 stars; QĐ 148/QĐ-TTg", {"ocop"}),
        ("Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm; ; NĐ 15/2018", {"facility"}),
        ("Bản cam kết an toàn thực phẩm; ; TT 17/2018", {"commitment"}),
        ("Công bố hợp quy dệt may; Textile conformity; QCVN 01", set()),
        ("Bản tự công bố sản phẩm; Product self-declaration; NĐ 15/2018", set()),
    ],
)
def test_a_certificate_is_of_its_kinds(words: str, kinds: set[str]) -> None:
    assert of(fold(words)) == kinds
    assert kinds <= SCHEMES.keys()
