from __future__ import annotations

from pathlib import Path

import pytest

from makeasync.campaign import filesystems
from makeasync.campaign.filesystems import mounted_as, network_filesystem

MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
36 22 0:31 / /home rw - nfs4 server:/home rw
37 36 0:32 / /home/ada/local\040disk rw shared:7 master:1 - xfs /dev/vdb rw
38 22 0:33 / /mnt rw - ext4 /dev/vdc rw
39 38 0:34 / /mnt rw - cifs //server/share rw
what is this
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/spring.journal", "ext4"),
        ("/home/ada/spring.journal", "nfs4"),
        ("/home/ada/local disk/spring.journal", "xfs"),
        ("/homework/spring.journal", "ext4"),
        ("/mnt/spring.journal", "cifs"),
    ],
)
def test_the_deepest_and_last_mount_counts(path: str, kind: str) -> None:
    assert mounted_as(Path(path), MOUNTS) == kind


def test_a_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    monkeypatch.setattr(filesystems, "_MOUNTS", tmp_path / "mountinfo")
    assert network_filesystem(Path("/home/ada/spring.journal")) == "nfs4"
    assert network_filesystem(Path("/var/spring.journal")) is None
    monkeypatch.setattr(filesystems, "_MOUNTS", tmp_path / "nowhere")
    assert network_filesystem(Path("/home/ada/spring.journal")) is None


def test_this_disk_is_of_this_machine(tmp_path: Path) -> None:
    assert network_filesystem(tmp_path) is None
