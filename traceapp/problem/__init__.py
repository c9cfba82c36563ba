"""Every error a user can meet, as RFC 9457 problems. Pure: the edge turns them into answers.

`title`, `detail` and the texts of a finding are gettext message ids (English); the edge puts them
into the reader's language. Each `slug` is a heading in docs/problems.md and is never re-used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a message for the catalogues without translating it yet."""
    return message


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the input: where (JSON pointer), which rule, what, and what to do.

    `allowed_on` is the first day on which it would be right, where there is one.
    """

    pointer: str
    rule: str
    message: str
    fix: str
    values: Mapping[str, str] = field(default_factory=dict)
    allowed_on: str = ""


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """The mother of all problems."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    slug = "internal-error"
    title = N_("Something broke on our side")
    detail = N_("Nothing was saved. Please try again in a minute.")

    def __init__(self, *, findings: Sequence[Finding] = (), **values: str) -> None:
        super().__init__(self.slug)
        self.findings = tuple(findings)
        self.values = values


class NotFound(Problem):
    """What was asked for does not exist, or not for this reader."""

    status = HTTPStatus.NOT_FOUND
    slug = "not-found"
    title = N_("This page does not exist")
    detail = N_("Check the address, or start from the first page.")


class SignInNeeded(Problem):
    """Asked without a sign-in, or with a token that is expired, revoked or unknown."""

    status = HTTPStatus.UNAUTHORIZED
    slug = "sign-in-needed"
    title = N_("Please sign in")
    detail = N_(
        "Nothing was saved. Sign in in another tab and send this form again; "
        "a program sends its token in the Authorization header."
    )


class SecondFactorNeeded(Problem):
    """Someone whose role needs a second factor has not proven one."""

    status = HTTPStatus.FORBIDDEN
    slug = "second-factor-needed"
    title = N_("A second step is needed")
    detail = N_("Nothing was saved. Set up a second step for your account, then send it again.")


class TokenMayOnlyRead(Problem):
    """A token of scope read was used to write."""

    status = HTTPStatus.FORBIDDEN
    slug = "token-may-only-read"
    title = N_("This token may only read")
    detail = N_("Nothing was saved. Use a token made with the scope “write”.")


class CrossSite(Problem):
    """A form or request that a page of another site sent."""

    status = HTTPStatus.FORBIDDEN
    slug = "cross-site"
    title = N_("This was sent from another site")
    detail = N_("Nothing was saved. Open the form here, on this site, and send it from there.")


class FormExpired(Problem):
    """A form without the token of the session it was opened in."""

    status = HTTPStatus.BAD_REQUEST
    slug = "form-expired"
    title = N_("This form was open for too long")
    detail = N_(
        "Nothing was saved. Go back, reload the page and send it again: "
        "you may have signed in or out meanwhile."
    )


class ChangedMeanwhile(Problem):
    """Somebody else changed what is being changed (If-Match, or the version of a form)."""

    status = HTTPStatus.PRECONDITION_FAILED
    slug = "changed-meanwhile"
    title = N_("Somebody changed this meanwhile")
    detail = N_("Nothing was saved. Read what is there now, and make your change again.")


class StorageFull(Problem):
    """The disk is full; reading still works."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    slug = "storage-full"
    title = N_("There is no room left to save this")
    detail = N_("Nothing was saved. Keep your record, and tell whoever runs this site.")


class UnknownCode(Problem):
    """A well-formed code that was never issued."""

    status = HTTPStatus.NOT_FOUND
    slug = "unknown-code"
    title = N_("This code was never issued here")
    detail = N_(
        "Check the ten characters once more. If they are printed like this on a product, "
        "please tell us: somebody may have made up the code."
    )


class MalformedCode(Problem):
    """A code or GS1 Digital Link that breaks the grammar; the findings say how."""

    status = HTTPStatus.BAD_REQUEST
    slug = "malformed-code"
    title = N_("This is not a complete code")
    detail = N_("A character is missing or wrong. Compare it with the label and type it again.")


class InvalidInput(Problem):
    """Input whose shape or sense is wrong; nothing of it was saved."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "invalid-input"
    title = N_("Some of this needs correcting")
    detail = N_("Nothing was saved. Correct the fields named below and send it again.")


def refuse(*found: Finding) -> None:
    """Refuse with all that is wrong; nothing of it is kept. Raises InvalidInput."""
    if found:
        raise InvalidInput(findings=found)


class Blocked(Problem):
    """An act that a safety rule refuses before it is done; the attempt was kept, nothing else."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "blocked"
    title = N_("This should not be done now")
    detail = N_(
        "Nothing was booked. Wait, or do it otherwise. If it has already been done, record it as "
        "what happened: that is never refused."
    )


class BadRequest(Problem):
    """A request that cannot be read at all."""

    status = HTTPStatus.BAD_REQUEST
    slug = "bad-request"
    title = N_("The request cannot be read")
    detail = N_("Check what was sent: it is not in the form this address takes.")


class MethodNotAllowed(Problem):
    """A method that this address does not have."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    slug = "method-not-allowed"
    title = N_("This address does not take that")
    detail = N_("Use one of the methods named in the Allow header.")


class PayloadTooLarge(Problem):
    """A body larger than this address takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "payload-too-large"
    title = N_("This is too large")
    detail = N_("Send less at once, or a smaller file.")


class UnsupportedMediaType(Problem):
    """A media type that this address does not take."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    slug = "unsupported-media-type"
    title = N_("This kind of file or content is not taken")
    detail = N_("Send it in one of the forms that the documentation of this address names.")


class RefusedPhoto(Problem):
    """A picture that is not kept; the findings say which bound it breaks."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "refused-photo"
    title = N_("This picture cannot be used")
    detail = N_("Take it again as an ordinary photo (JPEG, PNG or WebP) and send that.")


class ContentConflict(Problem):
    """The same id was sent before with other content."""

    status = HTTPStatus.CONFLICT
    slug = "content-conflict"
    title = N_("This record was already sent, with other content")
    detail = N_("Both versions are kept apart. Send the change as a correction with a new id.")


class AlreadyExists(Problem):
    """Something with this name or number is already there."""

    status = HTTPStatus.CONFLICT
    slug = "already-exists"
    title = N_("This already exists")
    detail = N_("Use the record that is there, or choose another name or number.")


class TooManyRequests(Problem):
    """More requests than one reader needs; `wait_s` is when to try again."""

    wait_s = 60
    status = HTTPStatus.TOO_MANY_REQUESTS
    slug = "too-many-requests"
    title = N_("That was too often")
    detail = N_("Wait a minute and try again.")


class Busy(Problem):
    """The database is too busy to take this write now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "busy"
    title = N_("Busy for a moment")
    detail = N_("Nothing was saved. Please send it again in a few seconds.")


class NotSetUp(Problem):
    """A part that set-up fetches is missing here, such as the typeface that paper is set in."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "not-set-up"
    title = N_("This installation lacks a part")
    detail = N_("The typeface for paper is missing. The operator runs “make icons” on the server.")


class DemoRefused(Problem):
    """Demo data that must not be loaded here, or that is damaged; nothing was loaded."""

    status = HTTPStatus.CONFLICT
    slug = "demo-refused"
    title = N_("The demo data was not loaded")
    detail = N_("{reason}")


class ExportRefused(Problem):
    """An export of a producer that is damaged, incomplete, too new or here already."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "export-refused"
    title = N_("This export was not taken in")
    detail = N_("Nothing was written. {reason}")
