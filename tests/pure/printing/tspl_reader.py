"""Reads a label in TSPL as a printer does, with none of our own code."""

import re
from typing import NamedTuple

from PIL import Image

HEAD = re.compile(
    rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\n"
    rb"REFERENCE 0,0\r\n"
    rb"CLS\r\n"
    rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,"
)
TAIL = re.compile(rb"\r\nPRINT 1,(\d+)\r\n")


class Printed(NamedTuple):
    """What comes out of the printer: one label, and how many times."""

    label: Image.Image
    copies: int


def read_tspl(file: bytes, dots: float = 8.0) -> list[Printed]:
    """Give the labels that a file prints at so many dots a millimetre; all of it is understood."""
    found, at = [], 0
    while at < len(file):
        head = HEAD.match(file, at)
        assert head, file[at : at + 60]
        wide, high = (round(float(side) * dots) for side in head.groups()[:2])
        left, top, row, rows = (int(part) for part in head.groups()[2:])
        begin, end = head.end(), head.end() + row * rows
        bitmap = Image.frombytes("1", (row * 8, rows), file[begin:end])
        assert len(file[begin:end]) == row * rows
        tail = TAIL.match(file, end)
        assert tail, file[end : end + 20]
        label = Image.new("1", (wide, high), 1)
        label.paste(bitmap, (left, top))
        found.append(Printed(label, int(tail[1])))
        at = tail.end()
    return found
