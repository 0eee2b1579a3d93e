"""First name and last name in two columns are one name, in the order of its language."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import Desk
from regulars.records import MappingUnconfirmed, Source, propose
from regulars.records._cells.names import whole_names

latin = st.text(st.characters(whitelist_categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1, max_size=8)
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=3)


@settings(deadline=None)
@given(one=latin | st.none(), other=latin | st.none())
def test_nothing_of_a_name_is_lost(one: str | None, other: str | None) -> None:
    (whole,) = whole_names(pa.array([one], pa.string()), pa.array([other], pa.string())).to_pylist()
    assert whole == (" ".join(part for part in (one, other) if part) or None)


@settings(deadline=None)
@given(one=chinese, other=chinese)
def test_a_chinese_family_name_stands_first_without_a_blank(one: str, other: str) -> None:
    assert whole_names(pa.array([one]), pa.array([other])).to_pylist() == [other + one]


@settings(deadline=None)
@given(one=chinese, other=latin)
def test_a_name_of_two_scripts_is_not_turned_round(one: str, other: str) -> None:
    assert whole_names(pa.array([one]), pa.array([other])).to_pylist() == [f"{one} {other}"]


@pytest.mark.parametrize(
    ("halves", "name"),
    [
        (("First Name", "Last Name"), "Ana Lee"),
        (("given_name", "Surname"), "Ana Lee"),
        (("Vorname", "Nachname"), "Ana Lee"),
        (("Prénom", "Nom"), "Ana Lee"),
        (("Nombre", "Apellidos"), "Ana Lee"),
        (("名", "姓"), "Ana Lee"),
    ],
)
def test_two_halves_are_the_name_of_a_profile(desk: Desk, halves: tuple[str, str], name: str) -> None:
    given, family = halves
    (file,) = desk.text(f"{family},customer_id,{given},Shoe size\nLee,1,Ana,37\n").files
    assert desk.rows("raw_profiles", "customer_key", "name") == [("1", name)]
    assert file.mapping == {"customer_id": "customer_id", "name": f"{given}, {family}"}
    assert (file.unused_columns, file.encoding) == (("Shoe size",), "utf-8")


def test_a_whole_name_is_read_as_it_stands_and_half_of_one_is_none(desk: Desk) -> None:
    (file,) = desk.text("customer_id,First Name,Last Name,Full Name\n1,Ana,Lee,Ana Maria Lee\n").files
    assert desk.rows("raw_profiles", "name") == [("Ana Maria Lee",)]
    assert set(file.unused_columns) == {"First Name", "Last Name"}
    (file,) = desk.text("customer_id,email,First Name\n1,ana@example.com,Ana\n").files
    assert (file.mapping.get("name"), file.unused_columns) == (None, ("First Name",))


def test_a_better_key_leaves_both_halves_of_an_order_unused(desk: Desk) -> None:
    (file,) = desk.text("customer_id,First Name,Last Name,ordered_at,amount\n1,Ana,Lee,2024-01-02,5\n").files
    assert (file.key_role, file.unused_columns) == ("customer_id", ("First Name", "Last Name"))


def test_two_halves_are_the_key_where_there_is_no_better(desk: Desk) -> None:
    (file,) = desk.text("First Name,Last Name,ordered_at,amount\nAna,Lee,2024-01-02,5\n伟,张,2024-01-02,5\n").files
    assert file.key_role == "name"
    assert desk.orders("customer_key") == [("Ana Lee",), ("张伟",)]
    assert file.unused_columns == ()


def test_a_row_without_either_half_names_nobody(desk: Desk) -> None:
    content = "First Name,Last Name,ordered_at,amount\nAna,Lee,2024-01-02,5\n,,2024-01-02,5\n"
    assert desk.text(content).files[0].quarantined == {"customer_missing": 1}


def test_a_stream_that_passes_once_is_enough(desk: Desk) -> None:
    table = pa.table({"First Name": ["Ana"], "Last Name": ["Lee"], "ordered_at": ["2024-01-02"], "amount": ["1,234"]})
    desk.read(Source(data=table.to_reader()), records={"decimal_mark": ","})
    assert desk.orders("customer_key") == [("Ana Lee",)]


def test_both_halves_are_shown_before_they_are_read(desk: Desk) -> None:
    (proposal,) = propose(Source(data=desk.file("customer_id,First Name,Last Name\n1,Ana,Lee\n")))
    assert [(guess.column, guess.header, guess.examples) for guess in proposal.columns][1:] == [
        ("name", "First Name, Last Name", ("xxx xxx",))
    ]
    assert proposal.unused == ()


def test_a_confirmed_name_of_two_halves_is_known_again(desk: Desk) -> None:
    path = desk.file("First Name,Last Name,When it was,How much\nAna,Lee,2024-01-02,5.50\nBo,Li,2024-01-03,6.50\n")
    with pytest.raises(MappingUnconfirmed) as caught:
        desk.read(path)
    (file,) = desk.read(Source(data=path, confirmed=caught.value.proposal.confirmed())).files
    assert (file.mapping["name"], file.headers_id) == ("First Name, Last Name", caught.value.proposal.headers_id)
