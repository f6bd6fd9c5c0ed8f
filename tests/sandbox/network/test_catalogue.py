from __future__ import annotations

from makeasync.sandbox.network.arguments import MSG
from makeasync.sandbox.network.catalogue import text_of


def test_code_900_is_the_text_of_the_document() -> None:
    assert text_of("900") == "On se prend un cafe ?"


def test_every_code_has_a_text_that_an_sms_can_hold() -> None:
    texts = {text_of(str(code)) for code in range(1, 10_000)}
    assert len(texts) == 9999
    assert not any(MSG.is_wrong(text) for text in texts)
