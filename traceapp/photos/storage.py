"""Where picture files lie: a folder on this machine or, through fsspec, an object store.

Originals and what is made from them live in separate folders. A file is whole or not there, is
named after its content and never changes, so writing it twice is harmless. Who may see a file is
not decided here.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

import fsspec
from fsspec.implementations.local import LocalFileSystem

PART = ".part-"  # how the name of an unfinished file begins


def original_path(producer_id: UUID, sha256: bytes) -> str:
    """Name the place of an original."""
    return f"originals/{producer_id}/{sha256.hex()}"


def rendition_path(file_name: str) -> str:
    """Name the place of a picture that is served."""
    return f"renditions/{file_name}"


class Storage:
    """The files under one fsspec URL."""

    def __init__(self, url: str) -> None:
        self._files, root = fsspec.url_to_fs(url)
        self._root = str(root).rstrip("/")

    def read(self, path: str) -> bytes:
        """Give the content of a file. Raises FileNotFoundError."""
        content: bytes = self._files.cat_file(f"{self._root}/{path}")
        return content

    def paths(self) -> Iterator[str]:
        """List every file, without those that were never finished."""
        try:
            found = self._files.find(self._root)
        except FileNotFoundError:
            return
        for full in found:
            path = str(full).removeprefix(f"{self._root}/")
            if not path.rsplit("/", 1)[-1].startswith(PART):
                yield path

    def write(self, path: str, data: bytes) -> None:
        """Keep a file, unless it is there. On this machine only the owner may read it."""
        full = f"{self._root}/{path}"
        if self._files.exists(full):
            return
        if isinstance(self._files, LocalFileSystem):
            _write_whole(Path(full), data)
        else:
            self._files.pipe_file(full, data)  # an object store shows an object when it is whole

    def keep(self, path: str, file: Path) -> None:
        """Keep a file of this machine, however large, in place of one that is there."""
        full = f"{self._root}/{path}"
        folder, _, name = full.rpartition("/")
        self._files.makedirs(folder, exist_ok=True)
        self._files.put_file(str(file), f"{folder}/{PART}{name}")
        self._files.mv(f"{folder}/{PART}{name}", full)

    def open(self, path: str) -> IO[bytes]:
        """Open a file to read it piece by piece. Raises FileNotFoundError."""
        opened: IO[bytes] = self._files.open(f"{self._root}/{path}", "rb")
        return opened

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        full = f"{self._root}/{path}"
        if self._files.exists(full):
            self._files.rm_file(full)


def _write_whole(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=PART)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # the row that names it must not outlive a power cut alone
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
