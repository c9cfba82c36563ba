"""What people do, and which role may do it. docs/users/roles.md says the same; a test compares."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum

STAFF = frozenset({"owner", "clerk"})
HANDS = STAFF | {"field_worker", "shop_seller"}
OFFICIALS = frozenset({"officer", "inspector"})
EVERYONE = HANDS | OFFICIALS


class Act(StrEnum):
    """Something a signed-in person, or a program on their behalf, does."""

    READ = "read"
    RECORD_STEP = "record_step"
    HAND_OVER = "hand_over"
    REGISTER_BATCH = "register_batch"
    START_SEASON = "start_season"
    PRINT_LABELS = "print_labels"
    KEEP_STALLS = "keep_stalls"
    EXCEED_LABEL_BUDGET = "exceed_label_budget"
    ALLOW_MORE_LABELS = "allow_more_labels"
    MANAGE_PRODUCTS = "manage_products"
    MANAGE_PLACES = "manage_places"
    MANAGE_CERTIFICATES = "manage_certificates"
    PUBLISH_PHOTOS = "publish_photos"
    CONFIRM_COLLEAGUE = "confirm_colleague"
    ANSWER_REPORTS = "answer_reports"
    IMPORT = "import"
    EXPORT = "export"
    MANAGE_PRODUCER = "manage_producer"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_PHONES = "manage_phones"
    READ_AUDIT = "read_audit"
    READ_CODE_AUDIT = "read_code_audit"
    LOOK_UP_ANY = "look_up_any"
    CONFIRM_AS_INSPECTOR = "confirm_as_inspector"
    RELEASE_HOLD = "release_hold"
    STOP_SALE = "stop_sale"
    DECIDE_REPORTS = "decide_reports"
    ASK_FOR_EXPLANATION = "ask_for_explanation"
    OPEN_CASE = "open_case"
    ISSUE_RECALL = "issue_recall"
    ANSWER_RECALL = "answer_recall"
    CHECK_RECALL = "check_recall"
    ADMIT_PRODUCERS = "admit_producers"
    ASSESS_CLEANER_PRODUCTION = "assess_cleaner_production"
    TELL_CLEANER_PRODUCTION = "tell_cleaner_production"
    LEAD_PROGRAMME = "lead_programme"
    TRADE_ON_BOARD = "trade_on_board"
    SHOW_ON_BOARD = "show_on_board"
    JOIN_CHAINS = "join_chains"
    READ_CHAINS = "read_chains"
    SUPPORT_PARTICIPANTS = "support_participants"
    CONFIRM_CERTIFICATES = "confirm_certificates"
    MANAGE_OWN_ACCOUNT = "manage_own_account"


ROLES: Mapping[Act, AbstractSet[str]] = {
    Act.READ: EVERYONE,
    Act.RECORD_STEP: HANDS | OFFICIALS,
    Act.HAND_OVER: HANDS,
    Act.REGISTER_BATCH: STAFF | {"field_worker"},
    Act.START_SEASON: STAFF | {"field_worker"},
    Act.PRINT_LABELS: STAFF | {"shop_seller"},
    Act.KEEP_STALLS: STAFF | {"shop_seller"},
    Act.EXCEED_LABEL_BUDGET: frozenset({"owner", "officer"}),
    Act.ALLOW_MORE_LABELS: frozenset({"officer"}),
    Act.MANAGE_PRODUCTS: STAFF,
    Act.MANAGE_PLACES: STAFF,
    Act.MANAGE_CERTIFICATES: STAFF,
    Act.PUBLISH_PHOTOS: STAFF,
    Act.CONFIRM_COLLEAGUE: STAFF,
    Act.ANSWER_REPORTS: STAFF | {"officer"},
    Act.IMPORT: STAFF,
    Act.EXPORT: frozenset({"owner"}),
    Act.MANAGE_PRODUCER: frozenset({"owner"}),
    Act.MANAGE_PEOPLE: frozenset({"owner"}),
    Act.MANAGE_TOKENS: frozenset({"owner"}),
    Act.MANAGE_PHONES: STAFF,
    Act.READ_AUDIT: frozenset({"owner"}),
    Act.READ_CODE_AUDIT: EVERYONE,
    Act.LOOK_UP_ANY: OFFICIALS,
    Act.CONFIRM_AS_INSPECTOR: OFFICIALS,
    Act.RELEASE_HOLD: frozenset({"owner", "officer"}),
    Act.STOP_SALE: STAFF | {"shop_seller", "officer"},
    Act.DECIDE_REPORTS: STAFF | {"officer"},
    Act.ASK_FOR_EXPLANATION: frozenset({"officer"}),
    Act.OPEN_CASE: STAFF | OFFICIALS,
    Act.ISSUE_RECALL: frozenset({"owner", "officer"}),
    Act.ANSWER_RECALL: STAFF | {"shop_seller"},
    Act.CHECK_RECALL: OFFICIALS,
    Act.ADMIT_PRODUCERS: frozenset({"owner", "officer"}),
    Act.ASSESS_CLEANER_PRODUCTION: OFFICIALS,
    Act.TELL_CLEANER_PRODUCTION: STAFF | OFFICIALS,
    Act.LEAD_PROGRAMME: frozenset({"officer"}),
    Act.TRADE_ON_BOARD: STAFF | {"shop_seller"},
    Act.SHOW_ON_BOARD: STAFF,
    Act.JOIN_CHAINS: frozenset({"owner"}),
    Act.READ_CHAINS: STAFF | OFFICIALS,
    Act.SUPPORT_PARTICIPANTS: OFFICIALS,
    Act.CONFIRM_CERTIFICATES: OFFICIALS,
    Act.MANAGE_OWN_ACCOUNT: EVERYONE,
}

# Some acts belong to bodies of a kind: a co-op's owner cannot admit another co-op.
KINDS: Mapping[Act, AbstractSet[str]] = {
    Act.LOOK_UP_ANY: frozenset({"authority"}),
    Act.ALLOW_MORE_LABELS: frozenset({"authority"}),
    Act.CHECK_RECALL: frozenset({"authority"}),
    Act.CONFIRM_AS_INSPECTOR: frozenset({"authority"}),
    Act.DECIDE_REPORTS: frozenset({"operator", "authority"}),
    Act.ASK_FOR_EXPLANATION: frozenset({"authority"}),
    Act.ADMIT_PRODUCERS: frozenset({"operator", "authority"}),
    Act.ASSESS_CLEANER_PRODUCTION: frozenset({"authority"}),
    Act.LEAD_PROGRAMME: frozenset({"authority"}),
    Act.SUPPORT_PARTICIPANTS: frozenset({"authority"}),
    Act.CONFIRM_CERTIFICATES: frozenset({"authority"}),
}


def may(act: Act, roles: AbstractSet[str], kinds: AbstractSet[str]) -> bool:
    """Tell whether someone with these roles, of a producer of these kinds, may do this."""
    if not ROLES[act] & roles:
        return False
    return act not in KINDS or bool(KINDS[act] & kinds)
