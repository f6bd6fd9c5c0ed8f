"""Which file system a path lies on, and whether locks and syncs can be trusted there.

It reads what the system says of itself; what to do about it is decided elsewhere.
"""

import os
import re
import sys
from pathlib import Path

__all__ = ["mounted_as", "network_filesystem"]

# SQLite says of all of these: locks that do not hold, shared memory that is not shared, syncs that are not waited for.
_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
        "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs",
    }
)  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOUNTS = Path("/proc/self/mountinfo")


def network_filesystem(path: Path) -> str | None:
    """Name the network file system that a path lies on; `None`: it is on this machine, or nobody can say.

    Args:
        path: absolute, without symbolic links.
    """
    if sys.platform == "win32":  # pragma: no cover - no Windows here
        return "a network share" if path.drive.startswith("\\\\") else None
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = mounted_as(path, mounts)
    return kind if kind in _NETWORK else None


def mounted_as(path: Path, mountinfo: str) -> str | None:
    """Give the type of the file system that a path lies on.

    Args:
        path: absolute, without symbolic links.
        mountinfo: the text of Linux's `/proc/self/mountinfo`.

    Example:
        >>> mounted_as(Path("/home/ada/spring.journal"), "36 35 98:0 / /home rw - nfs4 server:/home rw")
        'nfs4'
    """
    found: tuple[int, str | None] = (-1, None)
    for line in mountinfo.splitlines():
        mount, separator, source = line.partition(" - ")
        fields = mount.split(" ")
        if not separator or len(fields) <= _PLACE:
            continue
        place = _OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[_PLACE])
        # The later of two at one place lies on top of the other.
        if _lies_below(path, place) and len(place) >= found[0]:
            found = (len(place), source.split(" ")[0])
    return found[1]


_PLACE = 4


def _lies_below(path: Path, place: str) -> bool:
    return os.path.commonpath((path, place)) == place
