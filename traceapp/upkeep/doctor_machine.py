"""Checks of this machine: file system, free room, secret, age of the backup, clock."""

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from traceapp.upkeep import kernel_clock, records
from traceapp.upkeep.places import SECRET_FILE, Place
from traceapp.upkeep.verdict import Level, Verdict

MOUNTS = Path("/proc/self/mountinfo")
# SQLite's locks and shared memory are not to be trusted on these.
NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "glusterfs"),
        *("lustre", "ocfs2", "gfs2", "sshfs", "davfs"),
    }
)
PASSING = frozenset({"tmpfs", "ramfs", "overlay", "aufs"})
SCARCE, EMPTY = 0.10, 0.03
LEAST_BYTES = 500_000_000
OLD_BACKUP, OLD_DRILL = timedelta(days=2), timedelta(days=35)


def file_system(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether the files lie where a database may lie."""
    for check, folder in _folders(place):
        kind = kind_of_mount(folder, MOUNTS)
        level, hint = _judged(kind, is_sqlite=check == "database folder")
        yield Verdict(check, level, f"{folder} on {kind}", hint)


def _judged(kind: str, *, is_sqlite: bool) -> tuple[Level, str]:
    if kind in NETWORK or kind.startswith("fuse"):
        if is_sqlite:
            return "fail", "SQLite is damaged on a network or FUSE disk: use a local one."
        return "warn", "A network disk may be away: a local one or an object store is safer."
    if kind in PASSING:
        return "warn", "What lies here is gone with the next start: use a disk or a named volume."
    return "ok", ""


def kind_of_mount(folder: Path, mounts: Path) -> str:
    """Name the kind of file system that holds a folder; "unknown" where nobody tells."""
    if not mounts.exists():
        return "unknown"
    best, kind = -1, "unknown"
    for line in mounts.read_text(encoding="utf-8").splitlines():
        fields, _, ending = line.partition(" - ")
        point = Path(fields.split()[4].replace("\\040", " "))
        if (folder == point or point in folder.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), ending.split()[0]
    return kind


def free_disk(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether there is room to write."""
    for check, folder in _folders(place):
        usage = shutil.disk_usage(_there(folder))
        share = usage.free / usage.total
        found = f"{usage.free / 1e9:.1f} GB free ({share:.0%})"
        hint = "Make room: with a full disk nothing can be recorded, and backups fail."
        if share < EMPTY or usage.free < LEAST_BYTES:
            yield Verdict(f"room in the {check}", "fail", found, hint)
        elif share < SCARCE:
            yield Verdict(f"room in the {check}", "warn", found, hint)
        else:
            yield Verdict(f"room in the {check}", "ok", found)


def secrets(place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether others on this machine can read what only the application may."""
    instance = place.config.instance_dir
    files = [instance / SECRET_FILE, *instance.glob("backups/*.tar.gz")]
    if place.copying.NAME == "sqlite":
        files.append(place.copying.file_of(place.url))
    open_to_others = [
        path for path in files if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o007
    ]
    if not open_to_others:
        yield Verdict("secrets", "ok", "others may read none of them")
        return
    names = ", ".join(path.name for path in open_to_others)
    is_secret = any(path.name == SECRET_FILE for path in open_to_others)
    hint = f"Run: chmod o= {' '.join(map(str, open_to_others))}"
    yield Verdict("secrets", "fail" if is_secret else "warn", f"others may read {names}", hint)


def backups(place: Place, now: datetime) -> Iterator[Verdict]:
    """Tell how old the last backup and the last drill are."""
    asked = (
        ("last backup", records.BACKUP, OLD_BACKUP, "traceapp backup"),
        ("last drill", records.DRILL, OLD_DRILL, "traceapp drill"),
    )
    for check, what, old, command in asked:
        done = records.last(place.config.instance_dir, what)
        hint = f"Run: {command}; let a timer do it (docs/operate.md)"
        if done is None:
            yield Verdict(check, "warn", "never", hint)
        elif now - done > old:
            yield Verdict(check, "warn", f"{(now - done).days} days ago", hint)
        else:
            yield Verdict(check, "ok", f"{done:%d/%m/%Y %H:%M} UTC")


def _folders(place: Place) -> Iterator[tuple[str, Path]]:
    if place.copying.NAME == "sqlite":
        yield "database folder", place.copying.file_of(place.url).resolve().parent
    else:
        yield "instance folder", place.config.instance_dir
    storage = urlsplit(place.config.storage_url)
    if storage.scheme in {"", "file"}:
        yield "storage folder", Path(unquote(storage.path)).resolve()


def kept_clock(_place: Place, _now: datetime) -> Iterator[Verdict]:
    """Tell whether this machine's clock is set by others: it is what records are dated by."""
    match kernel_clock.is_kept():
        case True:
            yield Verdict("kept clock", "ok", "synchronised")
        case False:
            hint = "Let it be kept: apt install systemd-timesyncd, then timedatectl set-ntp true"
            yield Verdict("kept clock", "warn", "not synchronised", hint)
        case None:
            yield Verdict("kept clock", "ok", "this system does not say")


def _there(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


CHECKS = (file_system, free_disk, secrets, backups, kept_clock)
