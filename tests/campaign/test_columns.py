from __future__ import annotations

import pytest

from makeasync.campaign.columns import column_key, doubled, find_column, phone_column


@pytest.mark.parametrize(
    "name",
    [
        *("téléphone", "telephone", "Tel", "TÉL", "mobile", "Portable", "numéro", "NUMERO", "gsm", "phone", "number"),
        *("to", "msisdn", "Téléphone portable", "N° de mobile", "phone_number", "Tél.", "Tél. (pro)", "Te\u0301l"),
        *("Numéro de téléphone", "Téléphone fixe", "№ mobile"),
    ],
)
def test_column_of_phone_numbers_is_known_by_its_name(name: str) -> None:
    assert phone_column(["Nom", name, "Ville"]) == 1


@pytest.mark.parametrize(
    "name",
    ["Nom", "", "N°", "Numéro client", "Modèle de mobile", "Opérateur mobile", "Hôtel", "Bureau", "Ville to", "Fixe"],
)
def test_column_about_something_else_is_left_alone(name: str) -> None:
    assert phone_column([name]) is None


@pytest.mark.parametrize(
    ("names", "position"),
    [
        (["Téléphone", "Mobile"], 1),
        (["Téléphone fixe", "Téléphone portable"], 1),
        (["Téléphone fixe", "Téléphone"], 1),
        (["Numéro", "Tél"], 1),
        (["Mobile", "Portable"], 0),
    ],
)
def test_mobile_is_preferred_and_the_landline_comes_last(names: list[str], position: int) -> None:
    assert phone_column(names) == position


@pytest.mark.parametrize(
    ("wanted", "position"), [("Tel", 0), ("Tél", 1), (" TÉL ", 1), ("tel", 0), ("naive", 2), ("x", None), ("", None)]
)
def test_named_column_is_found_exactly_before_roughly(wanted: str, position: int | None) -> None:
    assert find_column(["Tel", "Tél", "Naïve", ""], wanted) == position


def test_names_that_read_the_same_are_doubled() -> None:
    assert column_key("  Pre\u0301nom\u00a0 usuel") == column_key("PRÉNOM usuel")
    assert doubled(["Nom", "", "", "NOM "]) == "NOM "
    assert doubled(["Nom", "", ""]) is None
