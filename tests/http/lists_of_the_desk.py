"""Which pages of the desk are lists, which are not and why, and reading a list as people do."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl

OTHER = "Chim sẻ"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: what to look for so that some rows fit and some do not, and whose it is.

    `never_empty` says why there is always a row; `asked` is what must be asked to see any. What
    `is_everybodys` tells each body of all others.
    """

    path: str
    text: str = OTHER
    kind: str = "farm"
    asked: str = ""
    never_empty: str = ""
    filters: tuple[str, ...] = ()
    is_everybodys: bool = False


LISTS: Mapping[str, Listed] = {
    "admission.list_producers": Listed(
        "/desk/admissions", "Hoàng yến", "operator", never_empty="the operator is one of them"
    ),
    "assessments.list_assessments": Listed("/desk/assessments"),
    "audit.list_acts": Listed("/desk/audit", "điện thoại"),
    "cases.list_cases": Listed("/desk/cases"),
    "certificates.list_certificates": Listed("/desk/certificates"),
    "chains.list_participants": Listed("/desk/participants", kind="authority"),
    "code_audits.last_audit": Listed("/desk/codes/audit"),
    "containers.show_containers": Listed("/desk/containers"),
    "desk_batches.list_batches": Listed("/desk/batches"),
    "desk_board.show_board": Listed(
        "/desk/board", is_everybodys=True, never_empty="what others need is on it"
    ),
    "desk_reports.list_reports": Listed("/desk/reports"),
    "desk_trace_search.find_batches": Listed(
        "/desk/trace", asked="until=2126-01-01", filters=("since=2126-01-01",)
    ),
    "hand_offs.list_hand_offs": Listed("/desk/hand-offs"),
    "needs.list_needs": Listed("/desk/needs"),
    "openings.list_label_openings": Listed("/desk/openings/labels"),
    "openings.list_openings": Listed("/desk/openings"),
    "openings.list_stall_openings": Listed("/desk/openings/stalls"),
    "people.list_people": Listed("/desk/people", never_empty="whoever reads it is one of them"),
    "phone_incomplete.list_incomplete": Listed("/desk/phones/incomplete"),
    "phone_refusals.list_refusals": Listed("/desk/phones/refused"),
    "phones.list_phones": Listed("/desk/phones"),
    "places.list_places": Listed("/desk/places"),
    "printers.list_printers": Listed("/desk/printers"),
    "products.list_products": Listed("/desk/products"),
    "published_totals.list_totals": Listed("/desk/programme/totals", kind="authority"),
    "recalls.list_recalls": Listed("/desk/recalls"),
    "seasons.list_seasons": Listed("/desk/seasons"),
    "stalls.list_stalls": Listed("/desk/stalls"),
    "step_lists.list_photos": Listed("/desk/photos"),
    "step_lists.list_steps": Listed("/desk/steps"),
    "tokens.list_tokens": Listed("/desk/tokens"),
}
FORM = "a form"
ONE = "one record with its parts"
FILE = "a file, or a way to another page"
OWN = "one's own account: what one keeps there is a handful"
NO_LISTS: Mapping[str, str] = {
    "accounts.account": FILE,
    "accounts.app_form": FORM,
    "accounts.choose_producer": OWN,
    "accounts.confirm_form": FORM,
    "accounts.list_devices": OWN,
    "accounts.number_form": FORM,
    "accounts.password_form": FORM,
    "accounts.second_factors": OWN,
    "admission.show_applicant": ONE,
    "assessment_acts.ask_check": FORM,
    "assessment_acts.ask_measure": FORM,
    "assessment_acts.show_photo": FILE,
    "assessment_acts.new_indicator": FORM,
    "assessment_acts.new_measure": FORM,
    "assessments.find_establishment": "whom an assessment will be about: the first 20 of a name",
    "assessments.new_assessment": FORM,
    "assessments.show_assessment": ONE,
    "batch_dates.edit_dates": FORM,
    "certificates.edit_certificate": ONE,
    "certificates.new_certificate": FORM,
    "chains.ask_membership": FORM,
    "chains.ask_support": FORM,
    "chains.show_chains": ONE,
    "chains.show_participant": ONE,
    "cleaner_tables.faults": FILE,
    "cleaner_tables.front": FORM,
    "cleaner_tables.look": "what a table would do; all that is wrong in it comes as CSV",
    "cleaner_tables.template": FILE,
    "covering.ask_confirmation": ONE,
    "covering.show_page": FILE,
    "commitments.ask_signing": FORM,
    "commitments.ask_text": FORM,
    "commitments.show": ONE,
    "commitments.show_photo": FILE,
    "counts.ask_count": FORM,
    "desk.today": "what waits, each with its own way on",
    "desk_batches.show_batch": ONE,
    "desk_labels.download_card": FILE,
    "desk_labels.order_labels": FORM,
    "desk_registering.new_batch": FORM,
    "desk_reports.show_report": ONE,
    "desk_traces.show_trace": ONE,
    "exchange.download": FILE,
    "exchange.faults": FILE,
    "exchange.front": "two ways, and the last five exports",
    "exchange.look": "what a table would do; all that is wrong in it comes as CSV",
    "exchange.template": FILE,
    "fairs.ask_booths": FORM,
    "hand_offs.find_offer": FILE,
    "hand_offs.show_hand_off": ONE,
    "hand_offs.show_note": ONE,
    "label_allowances.ask_allowance": FORM,
    "label_allowances.ask_withdrawal": FORM,
    "label_issues.ask_spoilt": FORM,
    "label_issues.ask_unused": FORM,
    "label_issues.download_labels": FILE,
    "label_issues.show_issue": ONE,
    "contacts.new_contact": FORM,
    "contacts.show_contact": ONE,
    "markets.show_markets": "one lot by market: what is asked is a dozen lines",
    "need_acts.ask_products": FORM,
    "need_acts.edit_need": FORM,
    "need_acts.new_need": FORM,
    "needs.show_need": ONE,
    "openings.show_openings": "one batch by day",
    "particulars.edit_producer": FORM,
    "people.new_person": FORM,
    "people.show_person": ONE,
    "phone_imports.choose_file": FORM,
    "phone_imports.look": "what a file would do",
    "phone_incomplete.complete": FORM,
    "phone_refusals.complete": FORM,
    "phone_voices.hear": FILE,
    "phone_refusals.show_refusal": ONE,
    "phone_users.show_users": "one phone; who uses it is a handful",
    "places.edit_plot": FORM,
    "places.edit_site": FORM,
    "places.new_plot": FORM,
    "places.new_site": FORM,
    "label_prints.ask_connection": FORM,
    "printers.ask_measures": FORM,
    "printers.download_test_page": FILE,
    "printers.edit_printer": FORM,
    "printers.new_printer": FORM,
    "products.edit_product": FORM,
    "products.new_product": FORM,
    "case_papers.list_lots": FILE,
    "case_papers.print_result": FILE,
    "drills.show_history": "the last 12 drills and their trend",
    "case_papers.show_photo": FILE,
    "recalls.show_photo": FILE,
    "cases.new_case": FORM,
    "cases.show_case": ONE,
    "recalls.show_recall": ONE,
    "programme_desk.new_entry": FORM,
    "published_totals.ask_correction": FORM,
    "surveys.new_survey": FORM,
    "surveys.download_sample": FILE,
    "link_choice.choose_links": FORM,
    "questions.ask_question": FORM,
    "questions.show_photo": FILE,
    "cases.show_evidence": FILE,
    "questions.show_question": ONE,
    "season_changes.edit_season": FORM,
    "seasons.new_season": FORM,
    "dossiers.pack_dossier": FILE,
    "dossiers.print_dossier": FILE,
    "dossiers.print_report": FILE,
    "dossiers.report_sheet": FILE,
    "dossiers.show_dossier": ONE,
    "dossiers.tracking_book": FILE,
    "dossiers.tracking_tables": FILE,
    "seasons.print_diary": FILE,
    "supplier_notices.find_received": "what fits what was typed, with CSV",
    "stalls.edit_stall": FORM,
    "stalls.new_stall": FORM,
    "stalls.print_card": FILE,
    "stalls.show_stall": "one stall; at most 60 lots fit on it",
    "seasons.show_season": "one season; its steps are searched in the list of steps",
    "steps.log_step": FORM,
    "webhooks.show_webhook": "one address, and the last 50 messages",
}
EMPTY = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
HREF = re.compile(r'href="([^"]+)"')


class Table(HTMLParser):
    """Collects the rows of a list, and what its filters offer; a row may be a card, too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[str] = []
        self.cards: list[str] = []
        self.queries: list[str] = []
        self._filter = ""
        self._is_in_rows = self._is_in_card = self._is_in_chips = self._is_in_finder = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        self._begin_card(tag, classes)
        match tag:
            case "table":
                self._is_in_rows = "rows" in classes
            case "tr" if self._is_in_rows:
                self.rows.append("")
            case "form":
                self._is_in_finder = "finder" in classes
            case "select" if self._is_in_finder:
                self._filter = given.get("name", "")
            case "option" if self._filter and given.get("value"):
                self.queries.append(f"{self._filter}={given['value']}")
            case "ul":
                self._is_in_chips = "chips" in classes
            case "a" if self._is_in_chips and "=" in given.get("href", ""):
                self.queries.append(given["href"].removeprefix("?"))
            case _:
                pass

    def _begin_card(self, tag: str, classes: list[str]) -> None:
        if tag == "section" and "row" in classes:
            self.cards.append("")
            self._is_in_card = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._is_in_rows = False
        elif tag == "section":
            self._is_in_card = False
        elif tag == "select":
            self._filter = ""
        elif tag == "ul":
            self._is_in_chips = False

    def handle_data(self, data: str) -> None:
        if self._is_in_rows and self.rows:
            self.rows[-1] += data
        elif self._is_in_card:
            self.cards[-1] += data


def read(html: str) -> Table:
    """Read a page of a list."""
    table = Table()
    table.feed(html.partition("<main")[2] or html)
    table.close()
    rows = table.rows[1:] + table.cards  # the first row of a table are the headings
    table.rows = [" ".join(row.split()) for row in rows]
    return table


def read_csv(text: str) -> list[list[str]]:
    """Read a file as a spreadsheet does; the headings come first."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def next_steps(html: str) -> list[str]:
    """Give where an empty list leads."""
    found = EMPTY.search(html)
    return HREF.findall(found.group(1)) if found else []


def query(*parts: str) -> dict[str, str]:
    """Put parts of an address together."""
    return dict(pair for part in parts for pair in parse_qsl(part))


def few_of_each(queries: Sequence[str]) -> list[str]:
    """Give the first choices of each filter: some offer every kind of step."""
    by_name: dict[str, list[str]] = {}
    for one in queries:
        by_name.setdefault(one.partition("=")[0], []).append(one)
    return [one for choices in by_name.values() for one in dict.fromkeys(choices[:4])]
