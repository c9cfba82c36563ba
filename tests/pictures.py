"""Pictures for tests: small, real, and each of its own colour."""

import io

from PIL import Image


def jpeg(colour: tuple[int, int, int] = (90, 140, 60)) -> bytes:
    """Make a small photo."""
    file = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(file, "JPEG")
    return file.getvalue()
