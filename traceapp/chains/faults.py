"""What cannot be said about chains, commitments and support, and what to do instead."""

from datetime import date, datetime

from traceapp.problem import N_, Finding
from traceapp.web.pages import HANOI, day

JOINED = Finding(
    "/chain",
    "joined_already",
    N_("You are in this chain already."),
    N_("Nothing is to be done."),
)
NOT_JOINED = Finding(
    "/chain",
    "not_joined",
    N_("You are not in this chain."),
    N_("Choose a chain that you joined."),
)
BODY = Finding(
    "/chain",
    "body_joins",
    N_("A body of the programme takes no part in its chains."),
    N_("Establishments join by themselves."),
)
NO_CHAIN = Finding(
    "/text_id",
    "no_chain",
    N_("A commitment is signed by establishments that take part in a chain."),
    N_("Join a chain first."),
)
OTHER_TEXT = Finding(
    "/text_id",
    "other_text",
    N_("The text of the commitment has changed since this form was opened."),
    N_("Read the new text, have it signed, and take a photo of that paper."),
)
SIGNED = Finding(
    "/text_id",
    "signed_already",
    N_("The commitment of this year is signed already."),
    N_("Withdraw that one first if another takes its place."),
)
NO_PHOTO = Finding(
    "/photo",
    "no_photo",
    N_("There is no photo of the signed paper."),
    N_("Take one photo on which the whole sheet can be read."),
)
MANY_PHOTOS = Finding(
    "/photo",
    "many_photos",
    N_("There is more than one photo."),
    N_("Leave ticked the one on which the whole sheet can be read."),
)
ANSWERED = Finding(
    "/note",
    "answered_already",
    N_("This commitment was answered or withdrawn meanwhile."),
    N_("Read what became of it. What you typed was not saved."),
)
NO_REASON = Finding(
    "/note",
    "no_reason",
    N_("Say why it is sent back."),
    N_("What is to be signed or photographed anew."),
)
NO_ACTIVITY = Finding(
    "/activity_id",
    "no_activity",
    N_("There is no such activity of your body."),
    N_("Choose another one, or none."),
)


def later(pointer: str, given: date, now: datetime) -> list[Finding]:
    """Find a day that is still to come."""
    if given <= now.astimezone(HANOI).date():
        return []
    words = N_("This day is still to come.")
    return [Finding(pointer, "not_yet", words, N_("Write down what has happened."))]


def earlier(pointer: str, given: date, last: date | None) -> list[Finding]:
    """Find a day before the last one that is known."""
    if last is None or given >= last:
        return []
    words = N_("This is before {day}, the last change in this chain.")
    return [Finding(pointer, "too_early", words, N_("Check the day."), {"day": day(last)})]
