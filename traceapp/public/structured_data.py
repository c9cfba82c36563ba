"""The facts of a page as schema.org data: the same facts, and nothing that the page hides."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from traceapp.public.page import Page
from traceapp.web.languages import pick
from traceapp.web.settings import settings

Node = dict[str, Any]


def as_script(page: Page, url: str, picture_url: str | None) -> Markup:
    """Write the data block of a page; `<` is escaped so that no text can end the element."""
    text = json.dumps(_product(page, url, picture_url), ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(escaped)  # noqa: S704 - escaped in the line above


def _product(page: Page, url: str, picture_url: str | None) -> Node:
    document, language = page.document, page.language
    product, batch = document["product"], document["batch"]
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Product",
            "url": url,
            "name": pick(product["name"], language),
            "image": picture_url,
            "brand": product["brand"] and {"@type": "Brand", "name": product["brand"]},
            "gtin": product["gtin"],
            "productID": page.issued.code,
            "productionDate": batch["production_date"],
            "manufacturer": _producer(document["producer"], language),
            "hasCertification": [
                _certificate(line.certificate, language)
                for line in page.certificates
                if line.counts
            ],
            "additionalProperty": [
                {"@type": "PropertyValue", "name": name, "value": value}
                for name, value in _properties(page)
                if value
            ],
            "subjectOf": {
                "@type": "DigitalDocument",
                "url": url,
                "encodingFormat": "application/json",
            },
        }
    )


def _properties(page: Page) -> Iterator[tuple[str, str | bool | None]]:
    """Give what schema.org has no word of its own for; texts of the label as the page has them."""
    product, batch = page.document["product"], page.document["batch"]
    shown = {line.term: line.text for line in page.facts}
    yield "state", page.state.value
    yield "lot", batch["lot"]
    yield "origin", product["origin"] and pick(product["origin"], page.language)
    yield "packingDate", batch["packing_date"]
    yield "expiryDate", batch["expiry_date"]
    yield "netContent", product["net_quantity"]
    yield "standards", shown.get(_("Standards declared"))
    yield "ingredients", shown.get(_("Ingredients"))
    for line in page.facts:
        if line.term == _("Warning"):
            yield "warning", line.text
    yield "sample", settings().demo


def _producer(producer: Mapping[str, Any], language: str) -> Node:
    return {
        "@type": "Organization",
        "name": pick(producer["name"], language),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": producer["street"],
            "addressLocality": f"{producer['commune_kind']} {producer['commune']}",
            "addressRegion": producer["province"],
            "addressCountry": "VN",
        },
    }


def _certificate(one: Mapping[str, Any], language: str) -> Node:
    return _known(
        {
            "@type": "Certification",
            "name": pick(one["scheme"], language),
            "certificationIdentification": one["number"],
            "issuedBy": {"@type": "Organization", "name": one["issuer"]},
            "validFrom": one["issued_on"],
            "expires": one["expires_on"],
        }
    )


def _known(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
