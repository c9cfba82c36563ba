"""The form of a product: what it is, then what its label says, as its group needs it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp.batches.label_schemas import (
    GIVEN_AND_NONE,
    GROUPS_WITH_EXPIRY,
    LABEL_GROUPS,
    LONG_TEXT,
    NAME,
)
from traceapp.desk import choices
from traceapp.problem import N_
from traceapp.trace.label_contents import contents
from traceapp.web.faults import NOT_A_WORD, Fault
from traceapp.web.forms import Field, Form, Option

ROLES: Mapping[str, str] = {
    "finished": N_("Sold with a label and a code of its own"),
    "intermediate": N_("On the way: sold loose, or made into something else"),
    "ingredient": N_("Bought in, to make something from"),
}
GROUPS: Mapping[str, str] = {
    "Lương thực": N_("Staple food (rice, flour)"),
    "Thực phẩm": N_("Food"),
    "Đồ uống": N_("Drinks"),
    "Rượu": N_("Wine and spirits"),
    "Nguyên liệu thực phẩm": N_("Food ingredients"),
    "Dệt may": N_("Textiles"),
    "Da, giày": N_("Leather, shoes"),
    "Sành, sứ": N_("Pottery, china"),
    "Thủ công mỹ nghệ": N_("Handicraft"),
    "Đồ gỗ": N_("Wooden goods"),
    "Đồ gia dụng": N_("Household goods"),
}
USUAL_GROUP = "Thực phẩm"
NONE_DECLARED = "standards_none"
STANDARDS = "label.standards"
ANSWER_ONCE = Fault(
    "standards",
    N_("You name a standard and say that none is declared."),
    N_("Take one of the two away."),
)
PHOTO = "photo"

NO_WARNINGS = "warnings_none"
WARNINGS = "warnings"


def needed(group: str) -> tuple[str, ...]:
    """Name the parts of the label that a group of goods has (Decree 37/2026, Annex I)."""
    return contents(group).items


def fields(group: str, label: Mapping[str, Any] | None = None) -> list[Field]:
    """Give the questions about a product; parts of its label that are there are asked too."""
    shown = {*needed(group), *(name for name, value in (label or {}).items() if value)}
    asked = {item for need in contents(group).needs for item in need}
    parts = [
        replace(field, wanted=_part_of(field) in asked and _is_first(field))
        for field in _parts(shown)
    ]
    return [*_about(), *_label(has_expiry=group in GROUPS_WITH_EXPIRY), *parts]


def _part_of(field: Field) -> str:
    return field.name.split(".")[1] if "." in field.name else ""


def _is_first(field: Field) -> bool:
    """Tell whether a label lacks its part without it: English words and shares are extra."""
    return field.name.rpartition(".")[2] not in {"en", "mass_percent"}


def _about() -> list[Field]:
    return [
        Field("version", kind="hidden"),
        Field(
            "name",
            _("Name of the product"),
            required=True,
            longest=NAME,
            hint=_("As it stands on the label: “Choy sum, 500 g bag”."),
        ),
        Field("name_en", _("Name in English"), longest=NAME),
        Field(
            "role",
            _("What happens with it"),
            "radio",
            required=True,
            options=choices.of(ROLES),
        ),
        Field("family", _("Kind of goods"), "choice", required=True, options=choices.families()),
        Field(
            "uom",
            _("Counted in"),
            "choice",
            required=True,
            options=choices.units(),
            hint=_("The unit in which you weigh or count this product."),
        ),
        *_measures(),
        Field(
            PHOTO,
            _("Picture of the product"),
            "file",
            hint=_("As it is sold. Everybody who scans the code sees it."),
        ),
        Field("photo_sha256", kind="hidden"),
    ]


def _measures() -> list[Field]:
    return [
        Field(
            "net_quantity",
            _("Content of one pack"),
            "number",
            hint=_("For packs only: 0.5 and kilogram for a bag of 500 g."),
        ),
        Field("net_uom", _("Unit of the content"), "choice", options=choices.units()),
        Field(
            "shelf_life_days",
            _("Keeps for (days)"),
            "number",
            hint=_("The use-by date of a new batch is proposed from it."),
        ),
        Field(
            "storage_max_c",
            _("Keep at most at"),
            "number",
            unit="°C",
            hint=_("A step that tells of a higher temperature is found."),
        ),
        Field(
            "storage_max_minutes",
            _("May be warmer for (minutes)"),
            "number",
            hint=_("Left empty: 30 minutes."),
        ),
        Field("is_chilled", _("It travels chilled, with the temperature on record"), "tick"),
        Field("brand", _("Brand"), longest=NAME),
        Field(
            "gtin",
            _("Barcode number (GTIN)"),
            longest=40,
            hint=_("Only if GS1 gave you one. Never make one up: leave it empty."),
        ),
    ]


def _label(*, has_expiry: bool) -> list[Field]:
    options = tuple(Option(name, _(GROUPS[name])) for name in LABEL_GROUPS)
    return [
        Field(
            "label.group",
            _("Group of goods"),
            "choice",
            required=True,
            options=options,
            follows=True,
            hint=_("Batches of this group need a use-by date.") if has_expiry else "",
        ),
        Field(
            "label.origin.vi",
            _("Origin, in Vietnamese"),
            longest=LONG_TEXT,
            hint=_("Where it was grown or made: “Sản xuất tại Hà Nội, Việt Nam”."),
        ),
        Field("label.origin.en", _("Origin, in English"), longest=LONG_TEXT),
        Field(
            STANDARDS,
            _("Standards applied"),
            "lines",
            hint=_("One a line, with its number: TCVN 11892-1:2017 (VietGAP)."),
        ),
        Field(NONE_DECLARED, _("No standard is declared"), "tick"),
    ]


def _parts(shown: set[str]) -> list[Field]:
    parts = {
        "net_quantity": [
            Field(
                "label.net_quantity",
                _("Net quantity on the label"),
                longest=60,
                hint=_("Left empty: the content of one pack."),
            )
        ],
        "ethanol_percent": [
            Field("label.ethanol_percent", _("Alcohol by volume"), "number", unit="%")
        ],
        "ingredients": [
            Field("label.ingredients.#.vi", _("Ingredient or material"), longest=NAME),
            Field("label.ingredients.#.en", _("In English"), longest=NAME),
            Field("label.ingredients.#.mass_percent", _("Share"), "number", unit="%"),
        ],
        "specifications": _both("specifications", _("Size, colour and the like")),
        "warnings": [
            Field("label.warnings.#.vi", _("Warning"), longest=LONG_TEXT),
            Field("label.warnings.#.en", _("In English"), longest=LONG_TEXT),
            Field(NO_WARNINGS, _("There is nothing to warn of"), "tick"),
        ],
        "use": _both("use", _("How to use it")),
        "storage": _both("storage", _("How to keep it")),
    }
    return [field for name, found in parts.items() if name in shown for field in found]


def _both(name: str, label: str) -> list[Field]:
    return [
        Field(f"label.{name}.vi", label, "lines", longest=LONG_TEXT),
        Field(f"label.{name}.en", _("In English"), "lines", longest=LONG_TEXT),
    ]


def shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give a product's record as the form shows it: standards as lines."""
    label = dict(record.get("label") or {})
    standards = label.pop("standards", None)
    none = label.pop("declared_none", ())
    values = dict(record) | {"label": label, NO_WARNINGS: WARNINGS in none}
    if standards:
        label["standards"] = "\n".join(standards)
    elif standards is not None:
        values[NONE_DECLARED] = True
    return values


def given(form: Form) -> dict[str, Any]:
    """Give what `ProductSchema` takes. Raises ValidationError.

    A label is sent when anything of it is filled in, or when the goods are sold.
    """
    data = form.data()
    data.pop("version", None)
    has_none = data.pop(NONE_DECLARED, False)
    is_harmless = data.pop(NO_WARNINGS, False)
    label = data.pop("label", {})
    standards = _lines(label.pop("standards", ""))
    for name, answer in ((NONE_DECLARED, has_none), (NO_WARNINGS, is_harmless)):
        if answer not in (True, False):
            raise ValidationError({name: [NOT_A_WORD]})
    if standards and has_none:
        raise ValidationError({"label": {"standards": [ANSWER_ONCE]}})
    if standards or has_none:
        label["standards"] = standards
    if is_harmless and label.get(WARNINGS):
        raise ValidationError({NO_WARNINGS: [GIVEN_AND_NONE]})
    if is_harmless:
        label["declared_none"] = [WARNINGS]
    if label or data.get("role") == "finished":
        label.setdefault("group", form.value("label.group"))
        label.setdefault("origin", {})
        data["label"] = label
    return data


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
