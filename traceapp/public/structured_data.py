"""The facts of a page as schema.org data: the same facts, and nothing that the page hides."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from traceapp.public.page import Page
from traceapp.web.languages import pick

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
                _certificate(line.certificate, language) for line in page.certificates
            ],
            "additionalProperty": [
                _property(name, value)
                for name, value in (
                    ("state", page.state.value),
                    ("lot", batch["lot"]),
                    ("origin", product["origin"] and pick(product["origin"], language)),
                    ("packingDate", batch["packing_date"]),
                    ("expiryDate", batch["expiry_date"]),
                    ("netContent", product["net_quantity"]),
                )
                if value
            ],
        }
    )


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


def _property(name: str, value: str) -> Node:
    return {"@type": "PropertyValue", "name": name, "value": value}


def _known(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
