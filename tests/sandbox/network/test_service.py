from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from makeasync.sandbox.network.answers import Answer
from makeasync.sandbox.network.operations import ARGUMENT_NAMES
from makeasync.sandbox.network.service import Service, Terms

Ask = Callable[[str, str], Answer]
MONTH = 31 * 24 * 3600
TWO = "from=33612345678&to=33687654321"
PAIRS = "&".join(f"from{index}=3361234567{index}&to{index}=3368765432{index}" for index in range(4))


class Send(NamedTuple):
    name: str
    query: str
    cost: int
    code: int


SENDS = [
    Send("apimakingring", TWO, 5, 18),
    Send("apimakeringplus", PAIRS, 20, 78),
    Send("apimakecall", TWO, 5, 8),
    Send("apimakecallplus", f"{TWO}&duration=1&engage=1", 20, 58),
    Send("apimakesms", f"{TWO}&txt=123", 5, 28),
    Send("apimakesmsplus", f"{TWO}&msg=Bonjour+comment+ca+va+%3F", 10, 38),
]


def answered(service: Service, name: str, query: bytes) -> Answer:
    answer = service.answer(f"/{name}.php", query, 1.0).answer
    assert answer is not None
    return answer


each_send = pytest.mark.parametrize("send", SENDS, ids=[send.name for send in SENDS])


@each_send
def test_send_is_accepted_debited_and_given_an_id(ask: Ask, service: Service, send: Send) -> None:
    answer = ask(send.name, send.query)
    assert answer.text("result") == "success"
    assert answer.text("cost") == str(send.cost)
    assert answer.text("credits") == str(1000 - send.cost) == str(service.credits_left)
    assert re.fullmatch("[a-z0-9]{14}", answer.text("id") or "")
    assert answer.code == (None if "sms" in send.name else send.code)


@each_send
def test_codes_are_those_of_the_table_when_asked_for(ask: Ask, service: Service, send: Send) -> None:
    service.terms = evolve(service.terms, empty_sms_codes=False)
    takes_delay = send.name != "apimakeringplus"
    assert ask(send.name, send.query).code == send.code
    assert ask(send.name, f"{send.query}&in=0").code == (send.code if takes_delay else 100)
    assert ask(send.name, f"{send.query}&in=120").code == (send.code + 1 if takes_delay else 100)


@each_send
def test_wrong_credentials_are_refused_before_any_argument(ask: Ask, service: Service, send: Send) -> None:
    wrong = ["login=john@gmail.com", "login=john@gmail.com&pwd=", "login=john@gmail.com&pwd=Marilyn"]
    wrong += ["login=&pwd=marilyn", "login=a@b.fr&pwd=marilyn"]
    assert {ask(send.name, f"{each}&{send.query}").code for each in wrong} == {101}
    assert {ask(send.name, each).code for each in wrong} == {101}
    assert answered(service, send.name, b"").code == 101
    assert answered(service, send.name, b"pwd=marilyn").code == 101
    assert (service.credits_left, service.ledger.messages) == (1000, {})


@each_send
@pytest.mark.parametrize("fault", ["x=1", "login=john@gmail.com&login=john@gmail.com&pwd=marilyn", "%ff=", "id=%e9"])
def test_unknown_doubled_and_undecodable_arguments_are_a_syntax_error(
    ask: Ask, service: Service, send: Send, fault: str
) -> None:
    assert ask(send.name, f"{fault}&{send.query}").code == 100
    assert service.credits_left == 1000


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("apimakingring", "", 103),
        ("apimakingring", "from=0612345678&to=x&in=x", 103),
        ("apimakingring", "from=33612345678", 104),
        ("apimakingring", "from=33612345678&to=+33687654321&in=x", 104),
        ("apimakecall", f"{TWO}&in=121", 105),
        ("apimakecall", f"{TWO}&in=", 105),
        ("apimakecall", f"{TWO}&duration=1", 100),
        ("apimakecallplus", f"{TWO}&in=x", 105),
        ("apimakecallplus", f"{TWO}&engage=0", 106),
        ("apimakecallplus", f"{TWO}&duration=11&engage=1", 106),
        ("apimakecallplus", f"{TWO}&duration=10", 107),
        ("apimakecallplus", f"{TWO}&duration=1&engage=0", 107),
        ("apimakesms", f"{TWO}&in=x", 108),
        ("apimakesms", f"{TWO}&txt=0", 108),
        ("apimakesms", f"{TWO}&txt=1&in=x", 105),
        ("apimakesmsplus", f"{TWO}&in=x", 109),
        ("apimakesmsplus", f"{TWO}&msg=", 109),
        ("apimakesmsplus", f"{TWO}&msg=%E2%82%AC", 109),
        ("apimakeringplus", "", 100),
        ("apimakeringplus", "from0=33612345678&to0=33687654321", 100),
        ("apimakeringplus", PAIRS.replace("from1", "from5"), 100),
        ("apimakeringplus", PAIRS.replace("&to3=33687654323", ""), 100),
        ("apimakeringplus", PAIRS.replace("from1=3", "from1=0"), 103),
        ("apimakeringplus", PAIRS.replace("to1=3", "to1=0").replace("from2=3", "from2=0"), 104),
        ("apimakeringplus", PAIRS.replace("to3=33687654323", "to3="), 104),
        ("apimakeringplus", f"{PAIRS}&from10=33612345678&to10=33612345678", 100),
    ],
)
def test_first_fault_in_the_order_of_the_document_gives_the_code(
    ask: Ask, service: Service, name: str, query: str, code: int
) -> None:
    assert ask(name, query) == Answer((("result", "failed"), ("result_code", str(code))))
    assert (service.credits_left, service.ledger.messages) == (1000, {})


def test_last_credits_can_be_spent_and_no_more(ask: Ask, service: Service) -> None:
    service.credits_left = 24
    assert ask("apimakecallplus", f"{TWO}&duration=1&engage=1").text("credits") == "4"
    assert ask("apimakingring", TWO).code == 102
    assert ask("apimakingring", "from=x").code == 103
    assert (service.credits_left, len(service.ledger.messages)) == (4, 1)


def test_every_pair_of_a_ring_plus_is_paid_for(ask: Ask, service: Service) -> None:
    service.credits_left = 19
    assert ask("apimakeringplus", PAIRS).code == 102
    service.credits_left = 20
    assert ask("apimakeringplus", PAIRS).text("credits") == "0"


def test_credits_are_shown_to_who_knows_the_password_and_0_to_everyone_else(ask: Ask) -> None:
    assert ask("apicredits", "").elements == (("result", "success"), ("login", "john@gmail.com"), ("credits", "1000"))
    wrong = ask("apicredits", "login=%3Cb%3E&pwd=x")
    assert wrong.elements == (("result", "success"), ("login", "<b>"), ("credits", "0"))


@pytest.mark.parametrize("query", ["login=john@gmail.com", "login=a&pwd=b&id=1", "login=a&pwd=b&pwd=b"])
def test_credits_need_their_two_arguments_and_no_other(ask: Ask, query: str) -> None:
    assert ask("apicredits", query) == Answer((("result", "failed"), ("result_code", "100")))


def test_tracking_is_there_from_10_seconds_to_one_month(ask: Ask, now: list[float]) -> None:
    query = f"id={ask('apimakesms', f'{TWO}&txt=900').text('id')}"
    created = now[0]
    codes: list[int | None] = []
    for age in (0, 9.99, 10, MONTH, MONTH + 0.01):
        now[0] = created + age
        codes.append(ask("apilog", query).code)
    assert codes == [112, 112, None, None, 110]
    assert ask("apilog", query).text("result") == "failed"


@pytest.mark.parametrize("query", ["", "id=", "id=abcdefghijkl12", "id=%3Cx%3E"])
def test_unknown_id_cannot_be_tracked(ask: Ask, query: str) -> None:
    assert ask("apilog", query).code == 110


def test_ring_plus_cannot_be_tracked_at_any_age(ask: Ask, now: list[float]) -> None:
    query = f"id={ask('apimakeringplus', PAIRS).text('id')}"
    assert ask("apilog", query).code == 110
    now[0] += 60
    assert ask("apilog", query).code == 110


def test_tracking_that_comes_with_credentials_is_a_syntax_error(ask: Ask) -> None:
    assert ask("apilog", "login=john@gmail.com&pwd=marilyn&id=abcdefghijkl12").code == 100


def test_ids_are_unique_and_the_seed_decides_them(service: Service) -> None:
    def ids(seed: int) -> list[str]:
        other = Service(evolve(service.terms, seed=seed), 1000)
        query = f"login=john@gmail.com&pwd=marilyn&{TWO}".encode()
        return [answered(other, "apimakingring", query).text("id") or "" for _ in range(200)]

    assert ids(1) == ids(1) != ids(2)
    assert len(set(ids(1))) == 200


def test_id_that_is_taken_is_not_issued_again(ask: Ask, service: Service) -> None:
    first = ask("apimakingring", TWO).text("id")
    service.throw_anew()
    assert ask("apimakingring", TWO).text("id") != first
    assert len(service.ledger.messages) == 2


def test_records_say_what_came_in_and_never_a_password(ask: Ask, service: Service, now: list[float]) -> None:
    id_ = ask("apimakesms", f"{TWO}&txt=900&in=5").text("id")
    ask("apilog", f"id={id_}")
    ask("apicredits", "PWD=marilyn&login=john@gmail.com&pwd=marilyn&pwd=marilyn")
    ask("apicredits", "%ff=marilyn")
    sent, tracked, refused, unreadable = service.ledger.requests
    assert (sent.at, sent.path, sent.code, sent.id) == (now[0], "/apimakesms.php", None, id_)
    assert dict(sent.arguments) == {
        "login": "john@gmail.com",
        "pwd": "***",
        "from": "33612345678",
        "to": "33687654321",
        "txt": "900",
        "in": "5",
    }
    assert (tracked.path, tracked.arguments, tracked.code, tracked.id) == ("/apilog.php", (("id", id_),), 112, id_)
    assert (refused.code, [name for name, _ in refused.arguments]) == (100, ["PWD", "login", "pwd", "pwd"])
    assert (unreadable.code, unreadable.arguments) == (100, ())
    assert "marilyn" not in repr(service.ledger.requests) + repr(service)


def test_messages_say_what_was_accepted(ask: Ask, service: Service, now: list[float]) -> None:
    for send in SENDS:
        ask(send.name, send.query if send.name == "apimakeringplus" else f"{send.query}&in=5")
    ring, rings, call, call_plus, sms, sms_plus = service.ledger.messages.values()
    assert [ring.kind, rings.kind, call.kind, call_plus.kind] == ["ring", "ring+", "call", "call+"]
    assert (ring.at, ring.from_, ring.to, ring.delay, ring.cost) == (now[0], "33612345678", "33687654321", 5, 5)
    assert ring.pairs == (("33612345678", "33687654321"),)
    assert (rings.from_, rings.to, rings.delay, len(rings.pairs), rings.cost) == (None, None, 0, 4, 20)
    assert rings.pairs[3] == ("33612345673", "33687654323")
    assert (call.duration, call_plus.duration) == (None, 1)
    assert (sms.kind, sms.txt, sms.msg, sms.content) == ("sms", "123", None, "Rappelle-moi quand tu peux.")
    assert (sms_plus.kind, sms_plus.txt, sms_plus.msg) == ("sms+", None, "Bonjour comment ca va ?")
    assert sms_plus.content == sms_plus.msg


_VALUES = st.sampled_from(["33612345678", "1", "123", "0", "", "x", "john@gmail.com", "marilyn", "é"]) | st.text()
_NAMES = sorted(frozenset[str]().union(*ARGUMENT_NAMES.values()))


@given(
    credits_left=st.integers(0, 60),
    asked=st.lists(
        st.tuples(st.sampled_from(SENDS), st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=2)), max_size=12
    ),
)
@settings(max_examples=40, deadline=None)
def test_credits_never_go_negative_and_every_debit_has_its_message(
    credits_left: int, asked: list[tuple[Send, dict[str, str]]]
) -> None:
    terms = Terms(login="john@gmail.com", password="marilyn", seed=0, log_delay=10.0, empty_sms_codes=True)
    service = Service(terms, credits_left)
    for send, more in asked:
        before = service.credits_left
        given = f"login=john@gmail.com&pwd=marilyn&{send.query}&{urlencode(more)}".encode()
        answer = answered(service, send.name, given)
        cost = int(answer.text("cost") or 0)
        assert service.credits_left == before - cost >= 0
        assert (cost > 0) == (answer.text("result") == "success")
    assert credits_left - service.credits_left == sum(message.cost for message in service.ledger.messages.values())
