"""Photos of holders, as the page of a case and the holder's own page show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import redirect
from flask.typing import ResponseReturnValue

from traceapp import problem
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.photos import queries as pictures
from traceapp.photos.queries import MediaFile, Rendition
from traceapp.photos.views import picture
from traceapp.recalls import answer_photos
from traceapp.recalls.answer_photos import AnswerPhoto
from traceapp.recalls.case_queries import Case


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo and its picture; None while that is being prepared."""

    photo: AnswerPhoto
    picture: Rendition | None


def told_to(reader: Visitor, case: Case) -> list[AnswerPhoto]:
    """Give the photos of a case that its reader may see: officials all, a producer of his lots."""
    maker = None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    return answer_photos.of_case(case.ref, maker=maker)


def shown(photos: Sequence[AnswerPhoto]) -> list[Shown]:
    """Give photos with their pictures."""
    keys = [(one.holder_id, one.sha256) for one in photos]
    found = pictures.renditions(keys, public_only=False) if keys else {}
    return [Shown(one, found.get((one.holder_id, one.sha256), {}).get("large")) for one in photos]


def answer(photos: Iterable[AnswerPhoto], sha256: str, back: str) -> ResponseReturnValue:
    """Answer with one of these photos; back to the page while it is being prepared.

    Raises NotFound for any other.
    """
    photo = next((one for one in photos if one.sha256.hex() == sha256), None)
    if photo is None:
        raise problem.NotFound
    (found,) = shown([photo])
    if found.picture is None:
        return redirect(back, code=303)
    return picture(found.picture.file_name, MediaFile(found.picture.media_type, is_public=False))
