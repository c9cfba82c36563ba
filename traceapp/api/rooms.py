"""The blueprints of the interface, by subject, and what all of their routes share."""

from flask import Response, request

from traceapp.api.contract import Room
from traceapp.api.strictness import LARGEST_BODY
from traceapp.photos import imaging
from traceapp.voices import sound

about = Room("about", "Who asks, and what can happen.")
products = Room("products", "What is made.")
places = Room("places", "Where: sites with their plots, and seasons.")
batches = Room("batches", "A batch: one product, one lot, one code.")
traces = Room("traces", "Where a batch came from and where it went.")
events = Room("events", "What happened to a batch.")
hand_offs = Room("hand-offs", "Who sent what to whom, and whether both sides agree.")
labels = Room("labels", "Labels for a batch: issued once, never more than goods, as files.")
pictures = Room("photos", "Photos of steps.")
voices = Room("voices", "What was said of a step instead of typed.")
phones = Room("phones", "Phones that log in the field: enrolled once, sending when they can.")

ROOMS = (
    about,
    products,
    places,
    batches,
    traces,
    events,
    hand_offs,
    labels,
    pictures,
    voices,
    phones,
)

MOST_BYTES = {pictures.name: imaging.MAX_BYTES, voices.name: sound.MAX_BYTES}


def _bound_body() -> None:
    request.max_content_length = MOST_BYTES.get(request.blueprint or "", LARGEST_BODY)


def _finish(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-store")
    if response.status_code == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


for room in ROOMS:
    room.before_request(_bound_body)
    room.after_request(_finish)
