from __future__ import annotations

import pytest

from makeasync import Caution
from makeasync.campaign.caution import Watch


def test_it_looks_at_the_last_ones_only() -> None:
    watch = Watch(Caution(0.5, 4))
    assert [watch.note(accepted=good) for good in (False, True, False, True, True, False, False, False)] == [
        False, False, False, False, False, False, False, True
    ]  # fmt: skip
    assert watch.wrong == 3
    watch.forget()
    assert not watch.note(accepted=False)


@pytest.mark.parametrize(("share", "window"), [(0, 10), (1.1, 10), (0.5, 0)])
def test_what_is_out_of_range_is_refused(share: float, window: int) -> None:
    with pytest.raises(ValueError, match="caution"):
        Caution(share, window)
