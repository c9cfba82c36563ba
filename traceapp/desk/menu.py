"""The places of the desk, in the order of the menu: what is done every day first."""

from enum import StrEnum

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import visitor
from traceapp.admission import queries as admission
from traceapp.desk import attention
from traceapp.problem import N_
from traceapp.web.navigation import Entry, Section

SECTIONS = (
    Section(
        "",
        (
            Entry("desk.today", "home", N_("Today"), Act.READ, attention.count),
            Entry("steps.log_step", "plus", N_("Log a step"), Act.RECORD_STEP),
            Entry(
                "hand_offs.list_hand_offs",
                "handshake",
                N_("Hand-offs"),
                Act.READ,
                attention.count_offers,
            ),
            Entry("desk_batches.list_batches", "package", N_("Batches"), Act.READ),
            Entry("stalls.list_stalls", "basket", N_("Stalls"), Act.KEEP_STALLS),
            Entry("desk_trace_search.find_batches", "split", N_("Trace"), Act.READ),
        ),
    ),
    Section(
        N_("Safety"),
        (
            Entry("cases.list_cases", "recall", N_("Recalls"), Act.OPEN_CASE),
            Entry("recalls.list_recalls", "reply", N_("Recalls to answer"), Act.ANSWER_RECALL),
            Entry(
                "desk_reports.list_reports",
                "report",
                N_("Reports by shoppers"),
                Act.ANSWER_REPORTS,
                attention.count_reports,
            ),
            Entry("openings.list_openings", "qr-code", N_("Pages of codes"), Act.READ),
        ),
    ),
    Section(
        N_("Records"),
        (
            Entry("step_lists.list_steps", "clipboard", N_("Steps recorded"), Act.READ),
            Entry("seasons.list_seasons", "seedling", N_("Seasons"), Act.READ),
            Entry("products.list_products", "tag", N_("Products"), Act.READ),
            Entry("places.list_places", "map-pin", N_("Places"), Act.READ),
            Entry("certificates.list_certificates", "certificate", N_("Certificates"), Act.READ),
        ),
    ),
    Section(
        N_("Network"),
        (
            Entry(
                "assessments.list_assessments",
                "recycle",
                N_("Cleaner production"),
                Act.TELL_CLEANER_PRODUCTION,
            ),
            Entry("needs.list_needs", "shop", N_("Purchasing board"), Act.TRADE_ON_BOARD),
            Entry("chains.show_chains", "link", N_("Chains"), Act.READ_CHAINS),
            Entry(
                "admission.list_producers",
                "shop",
                N_("Producers"),
                Act.ADMIT_PRODUCERS,
                admission.count_waiting,
            ),
        ),
    ),
    Section(
        N_("Settings"),
        (
            Entry("particulars.edit_producer", "flag", N_("Our producer"), Act.MANAGE_PRODUCER),
            Entry("people.list_people", "users", N_("People and devices"), Act.MANAGE_PEOPLE),
            Entry("phones.list_phones", "phone", N_("Phones"), Act.MANAGE_PHONES),
            Entry("printers.list_printers", "print", N_("Printers"), Act.PRINT_LABELS),
            Entry("audit.list_acts", "history", N_("Book of acts"), Act.READ_AUDIT),
            Entry("exchange.front", "download", N_("Data in and out"), Act.IMPORT),
        ),
    ),
)


def may_open(act: StrEnum) -> bool:
    """Tell whether the one who asks may do this."""
    found = visitor()
    return found is not None and found.may(Act(act))
