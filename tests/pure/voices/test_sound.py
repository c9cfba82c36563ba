"""What voice notes are, read from their containers; what is none is refused and breaks nothing."""

import random

import pytest

from tests import sounds
from traceapp.voices import sound
from traceapp.voices.sound import RefusedSound, Rule, Sound

KINDS = {"webm": "audio/webm", "ogg": "audio/ogg", "mp4": "audio/mp4"}


@pytest.mark.parametrize(("kind", "media_type"), KINDS.items())
def test_what_phones_record_is_known_with_its_length(kind: str, media_type: str) -> None:
    assert sound.inspect(getattr(sounds, kind)(12)) == Sound(media_type, 12)


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_a_minute_is_refused(kind: str) -> None:
    assert sound.inspect(getattr(sounds, kind)(60)).seconds == 60
    with pytest.raises(RefusedSound) as told:
        sound.inspect(getattr(sounds, kind)(67))
    assert told.value.rule is Rule.LONG


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\xff\xfb\x90\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        sounds.webm(track=1),
        sounds.webm(kind=b"matroska"),
        sounds.mp4(handler=b"vide"),
        sounds.mp4() + b"<script>alert(1)</script>",
        sounds.mp4()[:-3],
        sounds.webm()[:20],
        sounds.webm() + b"\0" * 64,
        b"\x1a\x45\xdf\xa3" * 100_000,
    ],
)
def test_what_is_no_voice_note_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedSound) as told:
        sound.inspect(data)
    assert told.value.rule is Rule.KIND


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_changed_by_chance_are_kept_or_refused_and_nothing_else(kind: str) -> None:
    chance = random.Random(kind)
    whole = getattr(sounds, kind)(5)
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            sound.inspect(bytes(data[: chance.randint(0, len(data))]))
        except RefusedSound:
            continue
