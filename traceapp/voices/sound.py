"""What the bytes of a voice note are, read from their container. Pure; nothing is decoded.

Phones record WebM or Ogg with Opus, or MP4. Only the frames of the container are walked: what
kind it is, that it holds sound and no film, and how long it takes where that is told.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 500_000
LONGEST_S = 60
PLAY_S = 5  # a phone stops a moment after the minute
MEDIA_TYPES = ("audio/webm", "audio/ogg", "audio/mp4")

_EBML, _SEGMENT, _INFO, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
_CLUSTER, _GROUP = 0x1F43B675, 0xA0
_DOC_TYPE, _SCALE, _TRACK_TYPE, _TIME = 0x4282, 0x2AD7B1, 0x83, 0xE7
_BLOCKS = frozenset({0xA1, 0xA3})
_ENTERED = frozenset({_EBML, _SEGMENT, _INFO, _TRACKS, _TRACK, _CLUSTER, _GROUP})
_SOUND_TRACK = 2
_BOXES_ENTERED = frozenset({b"moov", b"trak", b"mdia"})
_OGG_A_SECOND = 48_000  # of Opus, whatever was recorded


class Rule(StrEnum):
    """Why a voice note is not kept."""

    KIND = "voice_kind"
    LONG = "voice_long"


class RefusedSound(ValueError):  # noqa: N818 - the name says what happened
    """The bytes are no voice note that we keep."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording: its kind, and its length in seconds where the container tells it."""

    media_type: str
    seconds: int | None


def inspect(data: bytes) -> Sound:
    """Say what a recording is. Raises RefusedSound."""
    try:
        sound = _read(data)
    except (struct.error, IndexError) as error:  # it ends in the middle
        raise RefusedSound(Rule.KIND) from error
    if sound.seconds is not None and sound.seconds > LONGEST_S + PLAY_S:
        raise RefusedSound(Rule.LONG)
    return sound


def _read(data: bytes) -> Sound:
    if data[:4] == _EBML.to_bytes(4):
        return _webm(data)
    if data[:4] == b"OggS" and data[28:36] == b"OpusHead":
        return _ogg(data)
    if data[4:8] == b"ftyp":
        return _mp4(data)
    raise RefusedSound(Rule.KIND)


def _webm(data: bytes) -> Sound:
    tracks: list[int] = []
    scale, cluster, last, kind = 1_000_000, 0, 0, b""
    for name, start, end in _elements(data):
        if name == _DOC_TYPE:
            kind = data[start:end]
        elif name == _SCALE:
            scale = int.from_bytes(data[start:end])
        elif name == _TRACK_TYPE:
            tracks.append(int.from_bytes(data[start:end]))
        elif name == _TIME:
            cluster = int.from_bytes(data[start:end])
        elif name in _BLOCKS:
            _, _, after = _number(data, start)
            last = max(last, cluster + struct.unpack_from(">h", data, after)[0])
    if kind.rstrip(b"\0") != b"webm" or tracks != [_SOUND_TRACK]:
        raise RefusedSound(Rule.KIND)
    return Sound("audio/webm", math.ceil(last * scale / 10**9))


def _elements(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the elements of EBML (RFC 8794): name, where what is in it begins and ends."""
    at = 0
    while at < len(data):
        name, _, at = _number(data, at, keep_mark=True)
        size, is_open, at = _number(data, at)
        if name in _ENTERED:
            continue
        end = at + size
        if is_open or end > len(data):
            raise RefusedSound(Rule.KIND)
        yield name, at, end
        at = end


def _number(data: bytes, at: int, *, keep_mark: bool = False) -> tuple[int, bool, int]:
    """Read a number of variable length; whether it means "not known", and where it ends."""
    length = 9 - data[at].bit_length()
    end = at + length
    if length > 8 or end > len(data):  # noqa: PLR2004 - bytes of the longest
        raise RefusedSound(Rule.KIND)
    value = int.from_bytes(data[at:end])
    if keep_mark:
        return value, False, end
    most = (1 << 7 * length) - 1
    return value & most, value & most == most, end


def _ogg(data: bytes) -> Sound:
    (position,) = struct.unpack_from("<q", data, data.rindex(b"OggS") + 6)
    return Sound("audio/ogg", math.ceil(max(position, 0) / _OGG_A_SECOND))


def _mp4(data: bytes) -> Sound:
    handlers, seconds = set(), 0
    at = 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if name in _BOXES_ENTERED:
            at += 8
            continue
        if name == b"hdlr":
            handlers.add(data[at + 16 : at + 20])
        elif name == b"mvhd":
            seconds = _length(data, at + 8)
        if size < 8:  # noqa: PLR2004 - bytes of the head of a box; 0 and 1 are for films
            raise RefusedSound(Rule.KIND)
        at += size
    if at != len(data) or handlers != {b"soun"}:
        raise RefusedSound(Rule.KIND)
    return Sound("audio/mp4", seconds or None)  # one written in pieces does not tell


def _length(data: bytes, at: int) -> int:
    """Read how long the film is from its head (ISO/IEC 14496-12, 8.2.2)."""
    shape, start = (">IQ", at + 20) if data[at] == 1 else (">II", at + 12)
    a_second, length = struct.unpack_from(shape, data, start)
    return math.ceil(length / a_second) if a_second else 0
