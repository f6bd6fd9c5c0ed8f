"""From bytes to answers. The only room that knows XML; the only import of lxml.

An answer is read strictly first, and in recovery mode only if that fails and the document is whole: the API document's
own examples are damaged. Whatever is truncated, doubled or declared (DOCTYPE) is undecodable: nobody guesses with
somebody's money. Nothing but the errors of makeasync leaves this module.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import attrs
from attrs import field, frozen
from lxml import etree

from makeasync.errors import (
    AuthenticationFailed,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    NotYetAvailable,
    RequestRefused,
    TrackingError,
    TrackingUnavailable,
    UndecodableAnswer,
)
from makeasync.protocol.answers import TRACKINGS, Credits, Kind, Raw, Receipt, Tracking
from makeasync.protocol.codes import CODES, Effect, result_code
from makeasync.protocol.elements import Reader, number
from makeasync.protocol.recovery import damage, may_be_recovered
from makeasync.protocol.requests import PaidRequest

__all__ = ["LONGEST_ANSWER", "MASK", "decode_credits", "decode_receipt", "decode_tracking", "read_tracking"]

LONGEST_ANSWER = 64 * 1024
_SHOWN = 2_000
# What `redact` leaves of a secret.
MASK = "***"


def _hardened(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


_STRICT = _hardened(recover=False)
_LENIENT = _hardened(recover=True)

# lxml has no public name for the type of an element.
_Node: TypeAlias = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

_ANSWERS: tuple[type[Any], ...] = (Receipt, Credits, *TRACKINGS.values())
# Elements that must not stand twice: every one that we would have to choose from.
_ONLY_ONCE = frozenset(
    {"result", "result_code", "make"}
    | {a.metadata["element"] for answer in _ANSWERS for a in attrs.fields(answer) if a.metadata}
)

_REFUSALS: Mapping[int, type[RequestRefused]] = MappingProxyType(
    {
        101: AuthenticationFailed,
        102: InsufficientCredit,
        **dict.fromkeys(range(103, 110), InvalidArgument),
        111: ContactSupport,
    }
)
_TAKEN = frozenset({Effect.ACCEPTED, Effect.SCHEDULED})
# What says no: an answer that says yes beside it contradicts itself.
_REFUSING = frozenset(code.number for code in CODES.values() if code.effect not in _TAKEN)
_NO_TRACKING: Mapping[int | None, type[TrackingError]] = MappingProxyType(
    {110: TrackingUnavailable, 112: NotYetAvailable}
)

# What tells the kind of a tracking when neither the receipt nor `make` does; the first that is there decides.
_KIND_BY_FIELD = (
    ("x_date_executed", Kind.SMS_PLUS),
    ("txt", Kind.SMS),
    ("duration", Kind.CALL_PLUS),
    ("record_link", Kind.CALL_PLUS),
    ("date_ringA", Kind.CALL),
    ("date_ring", Kind.RING),
    ("content", Kind.SMS_PLUS),
)

Redact = Callable[[str], str]
TrackingT = TypeVar("TrackingT", bound=Tracking | None)
AnswerT = TypeVar("AnswerT")


def _as_it_is(text: str) -> str:
    return text


def decode_receipt(
    document: bytes,
    request: PaidRequest[TrackingT],
    *,
    issued_at: datetime | None = None,
    redact: Redact = _as_it_is,
) -> Receipt[TrackingT]:
    """Read the answer to a paid request.

    Args:
        document: the body of the answer.
        request: what was asked; it says what kind of receipt this is.
        issued_at: when the answer came.
        redact: masks secrets in what errors and `raw` show of the document.

    Returns:
        The receipt.

    Raises:
        RequestRefused: the service said no (its subclasses say why).
        UndecodableAnswer: the answer breaks the contract; what became of the request is unknown.
    """
    fields = _read(document, redact)
    code = fields.number("result_code")
    effect = result_code(code).effect if code is not None else None
    if not fields.successful():
        if effect in _TAKEN:
            raise fields.undecodable(f"has the result 'failed', yet code {code} means accepted", "result_code")
        raise _refusal(code)
    if code in _REFUSING:
        raise fields.undecodable(
            f"has the result 'success', yet code {code} means that it was not taken", "result_code"
        )
    fields.must_not_have("date_created", "to")
    scheduled = request.scheduled if effect not in _TAKEN else effect is Effect.SCHEDULED
    return fields.build(Receipt[TrackingT], kind=request.kind, code=code, scheduled=scheduled, issued_at=issued_at)


def decode_tracking(
    document: bytes,
    *,
    id: str | None = None,
    kind: Kind | None = None,
    redact: Redact = _as_it_is,
) -> Tracking:
    """Read a tracking.

    Args:
        document: the body of the answer.
        id: the id that was asked for; an answer about another one is undecodable.
        kind: what the receipt says it is; without it the answer is asked.
        redact: masks secrets in what errors and `raw` show of the document.

    Returns:
        The tracking, of the class that fits its kind.

    Raises:
        NotYetAvailable: code 112.
        TrackingUnavailable: code 110.
        TrackingError: any other refusal.
        UndecodableAnswer: the answer breaks the contract.
    """
    fields = _read(document, redact)
    if not fields.successful():
        raise _no_tracking(id, fields.number("result_code"))
    tracking = fields.build(TRACKINGS[_tracked_kind(fields, kind)])
    if id is not None and tracking.id != id:
        raise fields.undecodable(f"is about id {fields.document.redact(tracking.id)!r}, asked was {id!r}", "id")
    return tracking


def read_tracking(kind: Kind, raw: Raw) -> Tracking:
    """Make a tracking from its `raw` again: from where somebody kept it.

    Args:
        kind: which of the five it is.
        raw: its elements, as (name, text).

    Raises:
        UndecodableAnswer: that is no tracking's.

    Example:
        >>> raw = (("id", "a1"), ("date_created", "52444ccf"), ("from", "33612345678"), ("to", "33687654321"))
        >>> read_tracking(Kind.SMS, raw).created_at.year
        2013
    """
    return _Fields(raw, recovered=False, document=_Document(b"", _as_it_is)).build(TRACKINGS[kind])


def decode_credits(document: bytes, *, redact: Redact = _as_it_is) -> Credits:
    """Read the balance of the account.

    Args:
        document: the body of the answer.
        redact: masks secrets in what errors and `raw` show of the document.

    Raises:
        RequestRefused: the service said no.
        UndecodableAnswer: the answer breaks the contract.
    """
    fields = _read(document, redact)
    if not fields.successful():
        raise _refusal(fields.number("result_code"))
    fields.must_not_have("id")
    return fields.build(Credits)


@frozen
class _Document:
    """The bytes of one answer, and how to show them to people."""

    body: bytes
    redact: Redact

    def text(self, encoding: str | None) -> str:
        """Read it as its parser did; nothing, if Python knows no such encoding."""
        try:
            return self.body.decode(encoding or "utf-8").replace("\r\n", "\n")
        except (LookupError, UnicodeDecodeError):
            return ""

    def undecodable(self, reason: str, element: str | None = None) -> UndecodableAnswer:
        # Masked before it is cut: half a password is a secret too. And not all as UTF-8: one in UTF-16 would be missed.
        text = self.body[:LONGEST_ANSWER].decode(json.detect_encoding(self.body), "replace")
        return UndecodableAnswer(f"the answer {reason}", element=element, document=self.redact(text)[:_SHOWN])


@frozen
class _Fields:
    """The children of one answer, in order."""

    raw: Raw
    recovered: bool
    document: _Document
    _texts: Mapping[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        # The first of a name counts, so it comes last.
        object.__setattr__(self, "_texts", dict(reversed(self.raw)))

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def present(self, name: str) -> bool:
        return name in self._texts

    def doubled(self) -> str | None:
        """Name an element that stands twice and must not."""
        if len(self._texts) == len(self.raw):
            return None
        names = [name for name, _ in self.raw]
        return next((name for name in names if name in _ONLY_ONCE and names.count(name) > 1), None)

    def must_not_have(self, *names: str) -> None:
        """Refuse an answer to another question: one that has all of these."""
        if all(self.present(name) for name in names):
            raise self.undecodable(f"has a <{names[0]}>: it is that to another question", names[0])

    def number(self, name: str) -> int | None:
        return self._value(name, number)

    def successful(self) -> bool:
        result = self.text("result").strip()
        match result.lower():
            case "success":
                return True
            case "failed":
                return False
            case "":
                raise self.undecodable("has no <result>", "result")
            case _:
                shown = self.document.redact(result)[:20]
                raise self.undecodable(f"has the result {shown!r}, neither 'success' nor 'failed'", "result")

    def build(self, answer: Callable[..., AnswerT], **known: object) -> AnswerT:
        """Make an answer of its class's own table; see `answers`."""
        # Called with its arguments, a generic class would go a long way round to note them.
        bare = _bare(answer)
        read: dict[str, Any] = {
            name: self._attribute(element, reader, required=required)
            for name, element, reader, required in _table(bare)
        }
        return bare(**read, **known, recovered=self.recovered, raw=self._redacted())

    def _redacted(self) -> Raw:
        together = "\n".join(text for _, text in self.raw)
        if self.document.redact(together) == together:
            return self.raw
        return tuple((name, self.document.redact(text)) for name, text in self.raw)

    def _attribute(self, element: str, reader: Callable[[str], object], *, required: bool) -> object:
        value = self._value(element, reader)
        if element == "id" and isinstance(value, str) and self.document.redact(value) == MASK:
            raise self.undecodable("repeats the login or the password as its id", element)
        if value is None and required:
            raise self.undecodable(f"has no <{element}>", element)
        return value

    def _value(self, element: str, reader: Callable[[str], AnswerT]) -> AnswerT:
        reason = ""
        try:
            return reader(self.text(element))
        except ValueError as error:
            reason = str(error)
        raise self.undecodable(f"has an unreadable <{element}>: {reason}", element)

    def undecodable(self, reason: str, element: str) -> UndecodableAnswer:
        return self.document.undecodable(reason, element)


@cache
def _table(answer: type[Any]) -> tuple[tuple[str, str, Reader, bool], ...]:
    """Say of each attribute of an answer which element it is read from, and how."""
    return tuple(
        (a.name, a.metadata["element"], a.metadata["reader"], a.metadata["required"])
        for a in attrs.fields(answer)
        if a.metadata
    )


def _bare(answer: Any) -> type[Any]:  # noqa: ANN401 - a class, or a generic class with arguments
    """Strip the arguments of a generic class."""
    return getattr(answer, "__origin__", answer)


def _read(body: bytes, redact: Redact) -> _Fields:
    document = _Document(body, redact)
    root, recovered = _parse(document)
    _check_root(root, document)
    fields = _Fields(_children(root, document, deep=recovered), recovered, document)
    if recovered:
        _check_whole(fields, root)
    else:
        _check_flat(root, document)
    if doubled := fields.doubled():
        raise document.undecodable(f"has more than one <{doubled}>", doubled)
    return fields


def _parse(document: _Document) -> tuple[_Node, bool]:
    if len(document.body) > LONGEST_ANSWER:
        raise document.undecodable(f"is longer than {LONGEST_ANSWER} bytes")
    for parser, recovered in ((_STRICT, False), (_LENIENT, True)):
        if recovered and not may_be_recovered(document.body):
            break
        root = _tree(document.body, parser)
        if root is not None:
            return root, recovered
    raise document.undecodable("is no whole XML document")


def _tree(document: bytes, parser: etree.XMLParser) -> _Node | None:
    try:
        return etree.fromstring(document, parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None


def _check_root(root: _Node, document: _Document) -> None:
    # Hardened lxml would leave an unresolved entity as silent empty text.
    if root.getroottree().docinfo.internalDTD is not None:
        raise document.undecodable("declares a DOCTYPE")
    if root.tag != "response":
        raise document.undecodable(f"is a <{document.redact(str(root.tag))[:40]}>, not a <response>")


def _check_flat(root: _Node, document: _Document) -> None:
    """Refuse a field with elements inside: the text before the first of them is not its text."""
    for element in root.iterchildren():
        if element.tag in _ONLY_ONCE and len(element):
            raise document.undecodable(f"has elements inside <{element.tag}>", str(element.tag))


def _check_whole(fields: _Fields, root: _Node) -> None:
    text = fields.document.text(root.getroottree().docinfo.encoding)
    if found := damage(text, fields.raw, _ONLY_ONCE):
        raise fields.undecodable(f"has a damaged <{found}>", found)


def _children(root: _Node, document: _Document, *, deep: bool) -> Raw:
    """Give the fields: flat children; in a recovered tree, where one may have slipped into another, all below."""
    elements = root.iterdescendants() if deep else root.iterchildren()
    with suppress(UnicodeDecodeError):
        return tuple([(str(element.tag), element.text or "") for element in elements])
    raise document.undecodable("has names or texts that are none")


def _tracked_kind(fields: _Fields, kind: Kind | None) -> Kind:
    known = kind or _named_kind(fields.text("make"))
    if known is not None and known in TRACKINGS:
        return known
    for name, by_field in _KIND_BY_FIELD:
        if fields.present(name):
            return by_field
    raise fields.undecodable("does not tell what kind of request it is about", "make")


def _named_kind(make: str) -> Kind | None:
    # `<make>call/make>`, as the document prints it, reads `call/make>`.
    name = re.split(r"[/\s]", make.strip(), maxsplit=1)[0].lower()
    return Kind(name) if name in list(Kind) else None


def _refusal(code: int | None) -> RequestRefused:
    if code is None:
        return RequestRefused("the service refused the request without saying why", code=None)
    known = result_code(code)
    kind = _REFUSALS.get(code, RequestRefused)
    return kind(f"the service refused the request: {known.english} (code {code})", code=code, argument=known.argument)


def _no_tracking(id: str | None, code: int | None) -> TrackingError:
    kind = _NO_TRACKING.get(code, TrackingError)
    why = f"{result_code(code).english} (code {code})" if code is not None else "the service does not say why"
    return kind(f"no tracking of {id}: {why}", id=id, code=code)
