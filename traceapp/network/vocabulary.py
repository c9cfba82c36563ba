"""The words of cleaner production: kinds of measures and indicators, and how one measures."""

from collections.abc import Mapping
from decimal import Decimal

from traceapp.problem import N_

MEASURE_KINDS: Mapping[str, str] = {
    "housekeeping": N_("Good housekeeping"),
    "maintenance": N_("Preventive maintenance"),
    "stock_keeping": N_("Stock-keeping"),
    "waste_sorting": N_("Waste sorting"),
    "training": N_("Training"),
    "process": N_("Process"),
    "equipment": N_("Equipment"),
    "energy": N_("Energy"),
    "water": N_("Water use"),
}
INDICATOR_KINDS: Mapping[str, str] = {
    "materials": N_("Materials"),
    "energy": N_("Energy"),
    "water": N_("Water use"),
    "dust": N_("Dust"),
    "waste_water": N_("Waste water"),
    "emissions": N_("Emissions"),
}
# Read as what is let out with every piece made, as all the others, or as what is in the air: mg/m³.
IN_AIR = frozenset({"dust", "emissions"})
METHODS: Mapping[str, str] = {
    "meter": N_("Meter"),
    "bill": N_("Bills"),
    "book": N_("Books kept"),
    "estimate": N_("Estimate"),
}
STATES: Mapping[str, str] = {
    "proposed": N_("Proposed"),
    "chosen": N_("Chosen"),
    "done": N_("Done"),
    "dropped": N_("Dropped"),
}
# Changes in per cent beyond which a figure is rare enough to ask why. Materials rarely move much;
# water, dust and emissions can halve by one hood or one basin. Our own estimate, not a standard.
PLAUSIBLE: Mapping[str, Decimal] = {
    "materials": Decimal(20),
    "energy": Decimal(40),
    "water": Decimal(60),
    "dust": Decimal(60),
    "waste_water": Decimal(60),
    "emissions": Decimal(60),
}
ACTIVITY_KINDS: Mapping[str, str] = {
    "visit": N_("Support visit"),
    "advice": N_("Advice"),
    "training": N_("Training"),
    "survey": N_("Survey"),
    "event": N_("Fair or event"),
}
# What is published of a year; the first two are counts, the others changes in per cent.
COUNTS: Mapping[str, str] = {
    "establishments": N_("Establishments"),
    "measures": N_("Measures"),
}
# What a plan may aim at in numbers: counts of a year, or changes per unit made in per cent.
AIMED_COUNTS: Mapping[str, str] = {
    "assessments": N_("Assessments opened"),
    "establishments": N_("Establishments where a measure is done"),
    "done": N_("Measures done"),
    **ACTIVITY_KINDS,
}
