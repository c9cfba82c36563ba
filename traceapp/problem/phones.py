"""Problems that a phone meets, beside those of everybody."""

from http import HTTPStatus

from traceapp.problem import N_, Problem


class InviteUnknown(Problem):
    """A code for a phone that was never made, was used, or is too old: all answered alike."""

    status = HTTPStatus.NOT_FOUND
    slug = "invite-unknown"
    title = N_("This code does not work")
    detail = N_(
        "It may be mistyped, used already, or older than it may be. "
        "Ask whoever invited you for a new one."
    )


class PhoneRevoked(Problem):
    """A phone that was revoked at the desk, or whose person no longer works there."""

    status = HTTPStatus.UNAUTHORIZED
    slug = "phone-revoked"
    title = N_("This phone may no longer send")
    detail = N_(
        "Nothing is lost: what was not sent stays on this phone. "
        "Ask {producer} to invite it again, or hand over a file of the unsent records."
    )


class NotAllowed(Problem):
    """Something that the role of a phone's person does not allow, or sent in another's name."""

    status = HTTPStatus.FORBIDDEN
    slug = "not-allowed"
    title = N_("This phone may not do that")
    detail = N_(
        "Nothing was saved. The role of its person does not allow it, or it was sent in the name "
        "of another phone. Ask whoever looks after the phones."
    )


class NotAUser(Problem):
    """A record of somebody who does not, or no longer, use the phone it was logged on."""

    status = HTTPStatus.FORBIDDEN
    slug = "not-a-user"
    title = N_("Whoever logged this does not use this phone any more")
    detail = N_(
        "Nothing is lost: the record stays on the phone, and what was sent is kept at the desk. "
        "Ask whoever looks after the phones to let this person use the phone again and send it "
        "again, or to take it in at the desk."
    )


class PhotosMissing(Problem):
    """A record that names photos or a voice note not here yet; `missing` lists them."""

    status = HTTPStatus.FAILED_DEPENDENCY
    slug = "photos-missing"
    title = N_("Photos or the voice note of this record are not here yet")
    detail = N_("Nothing was saved. Send what is missing first, then the record again.")


class RefusedVoice(Problem):
    """A voice note that is not kept; the findings say why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "refused-voice"
    title = N_("This voice note cannot be used")
    detail = N_("Nothing was saved. Record it again, or type what you wanted to say.")


class SlipWaits(Problem):
    """A slip of a hand-over that is kept until the other side has sent what it is about."""

    status = HTTPStatus.ACCEPTED
    slug = "slip-waits"
    title = N_("Waiting for the other phone")
    detail = N_(
        "The slip is kept here. It is confirmed by itself once the phone of the other side "
        "has sent its own record."
    )
