from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.campaign.template import Template
from makeasync.errors import InvalidRequest

_PLAIN = st.text(st.characters(exclude_characters="{}"))


def test_blanks_are_filled_in_by_column() -> None:
    template = Template("Bonjour {Prénom}, à {ville} ! {{{PRÉNOM }}} {{}}")
    assert template.fields == ("Prénom", "ville")
    assert template.render({"Prénom": "Gaël", "Ville": "Évry"}) == "Bonjour Gaël, à Évry ! {Gaël} {}"


def test_composed_and_decomposed_accents_are_the_same_name() -> None:
    assert Template("{Pre\u0301nom}").render({"Prénom": "Zoé"}) == "Zoé"


def test_empty_value_is_filled_in_as_it_is_and_named() -> None:
    template = Template("Bonjour {Prénom} {Nom} !")
    assert template.render({"Prénom": "", "Nom": "Béa"}) == "Bonjour  Béa !"
    assert template.empty_fields({"Prénom": " ", "Nom": "Béa"}) == ("Prénom",)


def test_unknown_name_is_an_error_that_lists_the_columns() -> None:
    with pytest.raises(InvalidRequest, match=r"no column 'Prenom'; the columns are: Prénom, Ville$") as caught:
        Template("Bonjour {Prenom}").check(["Prénom", "", "Ville"])
    assert (caught.value.argument, caught.value.code) == ("msg", 109)


def test_missing_value_is_an_error() -> None:
    with pytest.raises(InvalidRequest, match="the columns are: none"):
        Template("{Nom}").render({})
    with pytest.raises(InvalidRequest, match="the columns are: none"):
        Template("{Nom}").empty_fields({})


@pytest.mark.parametrize("name", ["Nom!r", "Nom:>10", "Nom.__class__", "Nom[0]", "0", "Nom * 2"])
def test_nothing_is_formatted_looked_into_or_evaluated(name: str) -> None:
    template = Template(f"{{{name}}}")
    with pytest.raises(InvalidRequest, match="there is no column"):
        template.render({"Nom": "x"})
    assert template.render({name: "taken literally"}) == "taken literally"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a {Nom", "brace { at character 3 stands alone; write {{"),
        ("Nom} b", "brace } at character 4 stands alone; write }}"),
        ("{a{b}}", "brace { at character 1 stands alone"),
        ("{}", "{} at character 1 names no column; write {{}} for the braces"),
        ("{  }", "names no column"),
    ],
)
def test_broken_blank_is_said_where_it_stands(text: str, problem: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Template(text)
    assert problem in str(caught.value)
    assert (caught.value.argument, caught.value.code) == ("msg", 109)


def test_templates_of_the_same_text_are_equal() -> None:
    assert Template("{Nom}") == Template("{Nom}")
    assert repr(Template("{Nom}")) == "Template(text='{Nom}')"


@given(st.text())
def test_doubled_braces_are_literal(text: str) -> None:
    assert Template(text.replace("{", "{{").replace("}", "}}")).render({}) == text


@given(_PLAIN, st.text(), _PLAIN)
def test_what_is_filled_in_is_not_read_again(before: str, value: str, after: str) -> None:
    assert Template(f"{before}{{Nom}}{after}").render({"Nom": value}) == f"{before}{value}{after}"


@given(st.text("{}ab.!:[]0 é"), st.dictionaries(st.text("ab.!:[]0 é", min_size=1), st.text("{}x")))
def test_any_template_renders_or_is_refused(text: str, fields: dict[str, str]) -> None:
    with suppress(InvalidRequest):
        rendered = Template(text).render(fields)
        assert len(rendered) <= len(text) + sum(map(len, fields.values())) * text.count("{")
