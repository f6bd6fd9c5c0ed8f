from __future__ import annotations

import pytest

from makeasync.protocol.codes import CODES, Effect, result_code

TABLE = """
0	Erreur générale
8	requête makeCall acceptée
9	requête makeCall avec délai acceptée
18	requête makeRing acceptée
19	requête makeRing avec délai acceptée
28	requête makeSms acceptée
29	requête makeSms avec délai acceptée
38	requête makeSms+ acceptée
39	requête makeSms+ avec délai acceptée
58	requête makeCall+ acceptée
59	requête makeCall+ avec délai acceptée
78	requête makeRing+ acceptée
100	Erreur de syntaxe (vérifiez la liste des arguments et leur encodage)
101	Erreur dans l'argument [login] ou [pwd]
102	Crédit insuffisant
103	Erreur dans l'argument [from]
104	Erreur dans l'argument [to]
105	Erreur dans l'argument [in]
106	Erreur dans l'argument [duration]
107	Erreur dans l'argument [engage]
108	Erreur dans l'argument [txt]
109	Erreur dans l'argument [msg]
110	Erreur dans l'argument [id] ou [id] indisponible (Notez que le suivi n'est disponible que pendant 1 mois après la réception de la requête)
111	Contactez-nous pour résoudre ce problème.
112	Répétez la requête un peu plus tard (un log est disponible au plus tôt 10 secondes après l'émission de l'identifiant)
"""  # noqa: E501 - as the document prints it
DOCUMENT = {int(number): french for number, french in (line.split("\t") for line in TABLE.strip().splitlines())}


def test_table_is_the_documents_word_for_word() -> None:
    assert {number: code.french for number, code in CODES.items()} == DOCUMENT
    assert [code.number for code in CODES.values()] == list(DOCUMENT)


@pytest.mark.parametrize("number", DOCUMENT)
def test_code_is_found_by_its_number_and_has_an_english_meaning(number: int) -> None:
    code = result_code(number)
    assert code is CODES[number]
    assert code.number == number
    assert code.english.isascii()
    assert code.english not in {"", code.french}


def test_effects_are_those_of_the_document() -> None:
    accepted = {number for number, french in DOCUMENT.items() if french.endswith("acceptée")}
    scheduled = {number for number in accepted if "avec délai" in DOCUMENT[number]}
    by_effect = {effect: {n for n, code in CODES.items() if code.effect is effect} for effect in Effect}
    assert by_effect == {
        Effect.ACCEPTED: accepted - scheduled,
        Effect.SCHEDULED: scheduled,
        Effect.UNAVAILABLE: {110},
        Effect.REPEAT: {112},
        Effect.REFUSED: {0, *range(100, 110), 111},
    }


def test_codes_blame_the_argument_by_our_name_for_it() -> None:
    assert {number: code.argument for number, code in CODES.items() if code.argument} == {
        103: "from_",
        104: "to",
        105: "delay",
        106: "duration",
        107: "engage",
        108: "txt",
        109: "msg",
        110: "id",
    }


def test_password_credit_and_support_end_a_campaign_and_nothing_else_does() -> None:
    assert {number for number, code in CODES.items() if code.ends_campaign} == {101, 102, 111}


@pytest.mark.parametrize("number", [-1, 1, 79, 99, 113, 999, 10**15])
def test_unknown_code_is_a_refusal_that_keeps_its_number(number: int) -> None:
    code = result_code(number)
    assert (code.number, code.effect, code.argument, code.ends_campaign) == (number, Effect.REFUSED, None, False)
    assert str(number) in code.french
    assert str(number) in code.english


def test_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES[0] = result_code(8)  # pyright: ignore[reportIndexIssue]
    assert result_code(0).french == "Erreur générale"
