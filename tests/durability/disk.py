"""A disk whose power can be cut: ext4 on a loop file, ended by the kernel's own switch."""

import ctypes
import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
WITHOUT_FLUSHING_THE_LOG = 2
SIZE = "400M"


class Disk:
    """An ext4 that can lose its power and be mounted again."""

    def __init__(self, folder: Path) -> None:
        self._image, self.place = folder / "disk.img", folder / "disk"

    def make(self) -> None:
        """Make and mount it; skip the test where that is not allowed."""
        if os.geteuid() != 0:
            pytest.skip("a power cut needs root: a loop-mounted ext4 and FS_IOC_SHUTDOWN")
        if not Path("/dev/loop-control").exists():
            pytest.skip("a power cut needs loop devices, and this kernel or container has none")
        subprocess.run(["truncate", "--size", SIZE, self._image], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=True)
        self.place.mkdir()
        done = subprocess.run(self._mount(), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a power cut needs the right to mount: {done.stderr.strip()}")

    def cut(self) -> None:
        """Take the power away: what is not on the disk by now never will be."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            flag = ctypes.c_uint32(WITHOUT_FLUSHING_THE_LOG)
            fcntl.ioctl(descriptor, SHUTDOWN, bytes(flag))
        finally:
            os.close(descriptor)

    def mend(self) -> None:
        """Mount it again, as a machine does that starts after a power cut."""
        self.unmount()
        subprocess.run(self._mount(), check=True)

    def unmount(self) -> None:
        """Let go of it, once the last of those that were killed has."""
        end = time.monotonic() + 20
        call = ["umount", str(self.place)]
        while subprocess.run(call, stderr=subprocess.DEVNULL, check=False).returncode:
            assert time.monotonic() < end, "somebody still holds the disk"
            time.sleep(0.1)

    def _mount(self) -> list[str]:
        return ["mount", "-o", "loop", str(self._image), str(self.place)]
