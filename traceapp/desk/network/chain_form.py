"""The forms of chains: joining and leaving, signing a commitment, its text, help that was given."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _

from traceapp.chains import commitment_queries
from traceapp.chains.schemas import LONGEST_COMMITMENT, LONGEST_NAME, LONGEST_NOTE
from traceapp.chains.vocabulary import CHAINS, SUPPORT_KINDS
from traceapp.network.programme_models import ProgrammeActivity
from traceapp.trace.words import Words
from traceapp.web.forms import Field, Option
from traceapp.web.languages import say
from traceapp.web.pages import day


def membership_fields(chains: Iterable[str]) -> tuple[Field, ...]:
    """Ask which of these chains, and since when."""
    options = _options({chain: CHAINS[chain] for chain in chains})
    return (
        Field("id", kind="hidden"),
        Field("chain", _("Chain"), "radio", required=True, options=options),
        Field("on_day", _("From which day"), "date", required=True),
    )


def commitment_fields() -> tuple[Field, ...]:
    """Ask when and by whom it was signed, and for the paper."""
    photo = _("One photo on which the whole sheet can be read. The programme sees it, too.")
    role = _("Such as: director, head of the household.")
    longest = LONGEST_NAME
    return (
        Field("id", kind="hidden"),
        Field("text_id", kind="hidden"),
        Field("signed_on", _("Signed on"), "date", required=True),
        Field("signer", _("Who signed"), required=True, longest=longest),
        Field("signer_role", _("Role of who signed"), hint=role, required=True, longest=longest),
        Field("photo", _("Photo of the signed paper"), "files", photo, wanted=True),
        Field("photos", kind="many"),
    )


def text_fields() -> tuple[Field, ...]:
    """Ask for the words of a year's commitment."""
    longest = LONGEST_COMMITMENT
    hint = _("Establishments print it and sign it. Say what can be seen to be kept or not.")
    return (
        Field("id", kind="hidden"),
        Field("year", _("Year"), "number", required=True),
        Field("text", _("Text in Vietnamese"), "lines", hint, required=True, longest=longest),
        Field("text_en", _("The same in English"), "lines", longest=longest),
    )


def note_fields(label: str) -> tuple[Field, ...]:
    """Ask for a word to the other side."""
    return (Field("note", label, "lines", longest=LONGEST_NOTE),)


def support_fields(body_id: UUID) -> tuple[Field, ...]:
    """Ask what help was given, when, by whom, and in which activity of the body."""
    who = _("The name of the expert, team or office. The participant reads it.")
    return (
        Field("id", kind="hidden"),
        Field("kind", _("Kind"), "choice", required=True, options=_options(SUPPORT_KINDS)),
        Field("on_day", _("On which day"), "date", required=True),
        Field("given_by", _("Who helped"), hint=who, required=True, longest=LONGEST_NAME),
        Field("note", _("What was done"), "lines", longest=LONGEST_NOTE),
        Field(
            "activity_id",
            _("Activity of the programme"),
            "choice",
            options=tuple(
                Option(str(one.activity_id), f"{day(one.on_day)} · {_title(one)}")
                for one in commitment_queries.activities(body_id)
            ),
        ),
    )


def _title(one: ProgrammeActivity) -> str:
    return say(Words(one.title, one.title_en))


def _options(words: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(key, _(text)) for key, text in words.items())
