"""What people type, paste and attack with; no list of others is copied here.

`TYPED` is text that may be kept: wherever it is shown it must read as it was typed. `NOT_TEXT` is
refused. Where the big list of naughty strings lies beside the checkout, its lines are tried too.
"""

import json

from tests.conftest import SHARED

# A tag and an attribute that no page of ours has: found in a page, something was not escaped.
TAG, ATTRIBUTE, PRODUCT = "zq", "z", str(7919 * 7927)

MARKUP = (
    f'"><{TAG} x=1>',
    f"'><{TAG} x=1>",
    f"</script><{TAG}>",
    f"</title></style></textarea><{TAG}>",
    f"--><{TAG}><!--",
    f"]]><{TAG}><![CDATA[",
    f'" {ATTRIBUTE}="1',
    f"' {ATTRIBUTE}='1",
    f"` {ATTRIBUTE}=1 `",
    f"<svg/onload={ATTRIBUTE}>",
    f"\\u003c{TAG}\\u003e",
    f"&lt;{TAG}&gt;",
    f"%3C{TAG}%3E",
    "<!-- <script",
    "&amp;amp; &#x3c; &nbsp",
    "{{7919*7927}}",
    "${7919*7927} #{7919*7927} <%= 7919*7927 %>",
    "{% for x in y %}",
    "{0} %s %(x)s {x!r} {",
    "javascript:alert(1)",
)
FORMULAS = (
    "=7919*7927",
    "+7919*7927",
    "-7919*7927",
    "@SUM(7)",
    "=cmd|' /C calc'!A0",
    "＝7919*7927",
    "'=7919*7927",
    ";=7919*7927",
    ",=7919*7927",
)
LETTERS = (
    "Rau mu\u00f4\u0301ng x\u0061\u0300o to\u0309i",  # decomposed Vietnamese
    "Z\u0351\u036b\u0343a\u0329\u0316l\u0334\u0321g\u0322\u0329o\u0332",
    "👩‍👩‍👧‍👦 🇻🇳 👍🏽",
    "𠮷野家 Ω ﬀ İ ß ﷺ",
    "ลา ข้าว العربية עברית",
    "a\u2028b\u2029c",
    "\u200b\ufeff\u00adgiấu",
    "O'Brien & Con; DROP TABLE batch; --",
    "' OR 1=1 --",
    "%_\\ %25 ../../etc/passwd C:\\ \\\\host\\share",
    "null undefined NaN true 0 1e400 -0",
    "0x10 ٣ ½ ² 1,000.5",
    "a\tb\nc\rd",
    "To: x\nBcc: y@evil.example",
)
# One text of each family: a formula and a double quote, the end of a script and a template's
# braces, a single quote, letters of many parts and a line end of JavaScript.
FAMILIES = (
    f"=7919*7927{MARKUP[0]}",
    f"{MARKUP[2]}{{{{7919*7927}}}}",
    MARKUP[7],
    LETTERS[0] + LETTERS[5],
)
# All of them in what the shortest field takes.
ALL_IN_ONE = f"=' {ATTRIBUTE}='\"</script><{TAG}>\u2028{{{{7919*7927}}}}e\u0302"
TYPED = (*MARKUP, *FORMULAS, *LETTERS)
NOT_TEXT = (
    "a\x00b",
    "gi\u202eòl",  # reads backwards
    "a\u2066b\u2069",
    "a\x1b[31mb",
    "a\ud800b",
    "a\ue000b",
    "a\ufffdb",
    "a\ufdd0b",
    "",
    " \u00a0\t",
    "\u200b",
    "ế" * 64 * 1024,
    "a" + "\u0301" * 64 * 1024,
)


def big_list() -> list[str]:
    """Give the lines of the big list of naughty strings, if it lies beside the checkout."""
    for path in (SHARED / "vectors").rglob("blns.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        return [text for text in found if isinstance(text, str)]
    return []
