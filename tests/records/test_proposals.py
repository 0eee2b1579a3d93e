"""What a file probably holds, where its headers do not say: proposed with how sure it is, never read by itself."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records_desk import TODAY, Desk
from regulars.core import RegularsError
from regulars.records import KINDS, Mappings, MappingUnconfirmed, Proposal, Source, propose
from regulars.records._recognition.looks import look_of
from regulars.records._words import words

VALUES = {
    "who": ["A-1001", "A-1002", "A-1001", "A-1003", "A-1002"],
    "mail": ["ana@example.com", "bo@example.com", "ana@example.com", "cy@example.com", "di@example.com"],
    "mobile": ["13800138000", "13800138001", "13800138000", "13800138002", "13800138003"],
    "day": ["2024-01-02", "2024-01-03", "2024-02-02", "2024-02-05", "2024-03-01"],
    "money": ["12.50", "8.00", "12.50", "7.20", "30.00"],
    "yuan": ["¥128", "¥298", "¥128", "¥15", "¥66"],
    "count": ["13", "24", "32", "11", "20"],
    "rating": ["9", "10", "3", "8", "7"],
    "coins": ["5", "8", "5", "10", "3"],
    "words": ["Haircut", "Colour and cut", "Haircut", "Beard trim", "Colour and cut"],
    "name": ["Ana Diaz", "Bo Li", "Ana Diaz", "Cy Young", "Di Wang"],
}


def written(folder: Path, columns: list[tuple[str, str]], name: str = "export.csv") -> Path:
    rows = zip(*(VALUES[values] for _, values in columns), strict=True)
    lines = [",".join(f'"{header}"' for header, _ in columns), *(",".join(row) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def proposed(folder: Path, columns: list[tuple[str, str]], kind: str | None = None) -> Proposal:
    (proposal,) = propose(Source(data=written(folder, columns), kind=kind))
    return proposal


SHOPS = {
    "salon": ([("会员卡", "who"), ("到店日期", "day"), ("消费(元)", "count"), ("项目", "words")], "orders",
              {"customer_id": "会员卡", "ordered_at": "到店日期", "amount": "消费(元)"}),
    "tea shop": ([("Buyer mail", "mail"), ("When", "day"), ("How much", "money")], "orders",
                 {"email": "Buyer mail", "ordered_at": "When", "amount": "How much"}),
    "invoices": ([("Client Ref", "who"), ("Invoice Dt", "day"), ("Amt (EUR)", "money"), ("VAT amount", "money")],
                 "orders", {"customer_id": "Client Ref", "ordered_at": "Invoice Dt", "amount": "Amt (EUR)"}),
    "street market": ([("顾客", "name"), ("成交日", "day"), ("成交价", "yuan"), ("店员", "words")], "orders",
                      {"customer_id": "顾客", "ordered_at": "成交日", "amount": "成交价"}),
    "Italian shop": ([("Nome", "name"), ("Data vendita", "day"), ("Importo", "money"), ("Cellulare", "mobile")],
                     "orders", {"phone": "Cellulare", "ordered_at": "Data vendita", "amount": "Importo"}),
    "repair shop": ([("Customer Nr", "who"), ("Repaired", "day"), ("Charged", "money"), ("Shipping fee", "money")],
                    "orders", {"customer_id": "Customer Nr", "ordered_at": "Repaired", "amount": "Charged"}),
    "guest book": ([("Member", "who"), ("Stars given", "rating"), ("On", "day")], "feedback",
                   {"customer_id": "Member", "score": "Stars given", "given_at": "On"}),
    "course": ([("学员手机", "mobile"), ("报名日", "day"), ("学费", "yuan")], "orders",
               {"phone": "学员手机", "ordered_at": "报名日", "amount": "学费"}),
    "pet shop": ([("Owner e-mail", "mail"), ("Date of order", "day"), ("Paid", "money"), ("Pet", "words")], "orders",
                 {"email": "Owner e-mail", "ordered_at": "Date of order", "amount": "Paid"}),
    "general words": ([("customer_id", "who"), ("date", "day"), ("value", "money")], "orders",
                      {"customer_id": "customer_id", "ordered_at": "date", "amount": "value"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOPS)
def test_the_headers_of_shops_of_every_kind_are_guessed(tmp_path: Path, name: str) -> None:
    columns, kind, mapping = SHOPS[name]
    proposal = proposed(tmp_path, columns)
    assert (proposal.kind, proposal.mapping) == (kind, mapping)
    assert not proposal.is_certain


@pytest.mark.parametrize("name", SHOPS)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_the_order_of_the_columns_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    columns = SHOPS[name][0]
    folder = tmp_path_factory.mktemp("shop")
    first, second = proposed(folder, columns), proposed(folder, data.draw(st.permutations(columns)))
    assert first.columns == second.columns
    assert (first.kind, first.kind_confidence) == (second.kind, second.kind_confidence)
    assert first.headers_id == second.headers_id
    assert sorted(first.unused) == sorted(second.unused)


headers = st.sampled_from(
    ["Amt", "amount due", "Total A", "Sales total", "日期", "order day", "会员", "Ref No", "Buyer", "mail", "Note",
     "order total", "net sales", "Created", "Tax", "客户", "电话", "score /10"]
)  # fmt: skip


@given(columns=st.lists(st.tuples(headers, st.sampled_from(sorted(VALUES))), min_size=2, max_size=7))
@settings(max_examples=60, deadline=None)
def test_no_column_has_two_names_and_no_name_two_columns(
    tmp_path_factory: pytest.TempPathFactory, columns: list[tuple[str, str]]
) -> None:
    try:
        proposal = proposed(tmp_path_factory.mktemp("any"), columns)
    except RegularsError:
        return
    names = [guess.column for guess in proposal.columns]
    used = [guess.header for guess in proposal.columns]
    assert len(set(names)) == len(names)
    assert len(set(used)) == len(used)
    assert set(used) <= {header for header, _ in columns}
    required = {column.name for column in KINDS[proposal.kind].columns if column.required} - {"customer_id"}
    assert required <= set(names)


@pytest.mark.parametrize("name", ["ordered_at", "amount", "customer_id", "order_id"])
def test_a_synonym_of_a_known_header_proposes_the_same(tmp_path: Path, name: str) -> None:
    values = {"ordered_at": "day", "amount": "money", "customer_id": "who", "order_id": "count"}
    rest = {"ordered_at": "When it was", "amount": "What it was", "customer_id": "customer_id"}
    columns = [(header, values[other]) for other, header in rest.items() if other != name]
    mappings = []
    for synonym in [word for word, meaning in words().own["orders"].items() if meaning == name]:
        proposal = proposed(tmp_path, [(synonym, values[name]), *columns], kind="orders")
        mappings.append({guess.column: guess.confidence for guess in proposal.columns})
        assert proposal.mapping[name] == synonym
    assert len(mappings) > 3
    assert all(mapping == mappings[0] for mapping in mappings)


def test_known_headers_are_certain_and_guessed_ones_are_not(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, [("customer_id", "who"), ("order date", "day"), ("Amt", "money"), ("note", "words")])
    assert {guess.column: (guess.confidence, guess.why) for guess in proposal.columns} == {
        "customer_id": ("high", "known_header"),
        "ordered_at": ("high", "known_header"),
        "amount": ("medium", "values"),
    }
    assert proposal.kind_confidence == "medium"
    assert proposal.unused == ("note",)


def test_one_of_several_known_headers_is_a_guess(tmp_path: Path) -> None:
    columns = [("customer_id", "who"), ("ordered_at", "day"), ("Order Total", "money"), ("Net Sales", "money")]
    (doubtful,) = proposed(tmp_path, columns).doubtful
    assert (doubtful.column, doubtful.confidence, doubtful.why) == ("amount", "low", "one_of_several")


def test_one_of_several_times_is_a_guess(tmp_path: Path) -> None:
    columns = [("customer_id", "who"), ("step one", "day"), ("step two", "day"), ("amount", "money")]
    (time,) = [guess for guess in proposed(tmp_path, columns).columns if guess.column == "ordered_at"]
    assert time.confidence == "low"


def test_what_a_header_says_it_is_not_is_not_guessed(tmp_path: Path) -> None:
    for header in ("Delivered", "更新时刻", "Last modified"):
        with pytest.raises(RegularsError, match=r"fit no kind|has no column|no column for"):
            proposed(tmp_path, [("customer_id", "who"), (header, "day"), ("amount", "money")])
    for header in ("VAT", "Shipping", "运费", "Loyalty points"):
        with pytest.raises(RegularsError, match=r"fit no kind|has no column|no column for"):
            proposed(tmp_path, [("customer_id", "who"), ("ordered_at", "day"), (header, "money")])


def test_headers_that_tell_of_nothing_are_refused_as_before(tmp_path: Path) -> None:
    for columns in (
        [("colour", "words"), ("size", "count")],
        [("customer_id", "who"), ("plan", "words"), ("aspect", "words")],
    ):
        with pytest.raises(RegularsError, match="fit no kind"):
            proposed(tmp_path, columns)


def test_a_person_s_mistakes_are_no_reason_to_guess(tmp_path: Path) -> None:
    path = written(tmp_path, [("who", "who"), ("when", "day"), ("much", "money")])
    with pytest.raises(RegularsError, match="no header 'nowhere'"):
        propose(Source(data=path, kind="orders", mapping={"amount": "nowhere"}))


def test_what_the_person_says_is_part_of_the_proposal(tmp_path: Path) -> None:
    path = written(tmp_path, [("who", "who"), ("day a", "day"), ("day b", "day"), ("much", "money")])
    (proposal,) = propose(Source(data=path, kind="orders", mapping={"ordered_at": "day b"}))
    found = {guess.column: (guess.header, guess.confidence) for guess in proposal.columns}
    assert found["ordered_at"] == ("day b", "high")
    assert found["amount"] == ("much", "medium")


SALES = {
    "nothing known but the person": [
        ("姓名", "name"),
        ("手机", "mobile"),
        ("什么时候买的", "day"),
        ("多少钱", "money"),
    ],
    "whole numbers of people met again": [
        ("姓名", "name"),
        ("手机", "mobile"),
        ("什么时候买的", "day"),
        ("多少钱", "count"),
    ],
    "a general day": [("姓名", "name"), ("手机", "mobile"), ("日期", "day"), ("多少钱", "yuan")],
    "a known amount": [("name", "name"), ("phone", "mobile"), ("Bought", "day"), ("amount", "count")],
    "a few coins": [("name", "name"), ("phone", "mobile"), ("bought", "day"), ("paid", "coins")],
    "a few yuan": [("姓名", "name"), ("手机", "mobile"), ("什么时候买的", "day"), ("多少钱", "coins")],
    "coins for some things": [
        ("name", "name"),
        ("phone", "mobile"),
        ("bought", "day"),
        ("items", "count"),
        ("paid", "count"),
    ],
    "more columns": [("Name", "name"), ("E-mail", "mail"), ("Bought", "day"), ("Paid", "money"), ("Note", "words")],
}


@pytest.mark.parametrize("name", SALES)
@pytest.mark.parametrize("turned", [False, True])
def test_days_and_money_in_a_list_of_people_are_asked_about(desk: Desk, name: str, turned: bool) -> None:
    path = written(desk.folder, SALES[name][:: -1 if turned else 1])
    with pytest.raises(MappingUnconfirmed, match=r"looks like orders with .* \| --as profiles") as caught:
        desk.read(path)
    records = desk.read(Source(data=path, confirmed=caught.value.proposal.confirmed()))
    assert (records.files[0].kind, records.files[0].accepted) == ("orders", 5)


def test_who_says_that_it_is_a_list_of_people_is_not_asked_again(desk: Desk) -> None:
    path = written(desk.folder, SALES["nothing known but the person"])
    said = desk.read(Source(data=path, kind="profiles"))
    assert (said.files[0].kind, said.files[0].told_by) == ("profiles", "person")
    Mappings(folder=desk.folder).keep(said.files, day=TODAY)
    again = desk.read(Source(data=path, confirmed=Mappings(folder=desk.folder).kept()))
    assert (again.files[0].kind, again.files[0].told_by) == ("profiles", "confirmed")


PEOPLE = {
    "a shop's customers": [("Name", "name"), ("Email", "mail"), ("Created at", "day"), ("Total spent", "money")],
    "birthdays": [("name", "name"), ("phone", "mobile"), ("Birthday", "day"), ("Store Credit", "money")],
    "members": [("姓名", "name"), ("手机号", "mobile"), ("注册时间", "day"), ("累计消费", "yuan"),
                ("最近消费时间", "day")],
    "what each bought": [("Name", "name"), ("Email", "mail"), ("Sign up", "day"), ("Total spend", "money"),
                         ("AOV", "money"), ("Last active", "day")],
    "balances": [("姓名", "name"), ("手机", "mobile"), ("开卡日", "day"), ("卡内余额", "money")],
    "a newsletter": [("Email Address", "mail"), ("OPTIN_TIME", "day"), ("CONFIRM_TIME", "day"), ("GMTOFF", "count")],
    "days alone": [("姓名", "name"), ("手机", "mobile"), ("什么时候来的", "day"), ("备注", "words")],
    "money alone": [("姓名", "name"), ("手机", "mobile"), ("多少钱", "money"), ("备注", "words")],
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_an_ordinary_list_of_people_is_read_without_asking(desk: Desk, name: str) -> None:
    (file,) = desk.read(written(desk.folder, PEOPLE[name])).files
    assert (file.kind, file.told_by, file.accepted) == ("profiles", "headers", 5)


def test_whole_numbers_of_people_met_once_are_no_money(desk: Desk) -> None:
    rows = "张三,13800138000,2024-01-02,41\n李四,13900139000,2024-01-03,38\n"
    (file,) = desk.text("姓名,手机,什么时候来的,多大\n" + rows).files
    assert file.kind == "profiles"


@pytest.mark.parametrize("header", ["Bill no", "付款单号"])
def test_the_number_of_a_bill_is_not_what_was_paid(desk: Desk, header: str) -> None:
    columns = [("name", "name"), ("phone", "mobile"), ("bought", "day"), (header, "count")]
    (file,) = desk.read(written(desk.folder, columns)).files
    assert file.kind == "profiles"


def test_of_two_numbers_the_one_that_was_paid_is_asked_about(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, SALES["coins for some things"])
    assert (proposal.kind, proposal.mapping["amount"]) == ("orders", "paid")


def test_what_people_met_once_paid_is_asked_about_and_what_they_gave_is_not(desk: Desk) -> None:
    rows = "张三,13800138000,2024-01-02,5\n李四,13900139000,2024-01-03,8\n"
    with pytest.raises(MappingUnconfirmed, match="ordered_at = '什么时候买的', amount = '花了'"):
        desk.text("姓名,手机,什么时候买的,花了\n" + rows)
    (file,) = desk.text("姓名,手机,什么时候来的,几颗星\n" + rows).files
    assert file.kind == "profiles"


def test_samples_are_masked(tmp_path: Path) -> None:
    for columns in (SHOPS["tea shop"][0], [("email", "mail"), ("ordered_at", "day"), ("amount", "money")]):
        shown = repr(proposed(tmp_path, columns))
        assert "ana@" not in shown
        assert "xxx@xxxxxxx.xxx" in shown


def test_a_guess_is_never_read_by_itself(desk: Desk) -> None:
    path = written(desk.folder, SHOPS["salon"][0], "salon.csv")
    with pytest.raises(MappingUnconfirmed) as caught:
        desk.read(path)
    assert str(caught.value) == (
        "salon.csv: its headers do not say for certain what it holds. It looks like orders with customer_id = "
        "'会员卡', ordered_at = '到店日期', amount = '消费(元)'. If that is right, add --accept-mapping; else say it "
        'yourself: --as orders --map customer_id=会员卡 --map ordered_at=到店日期 --map amount="消费(元)". '
        "With --dry-run you see it before you read it."
    )


def test_a_confirmed_proposal_is_read_and_so_is_the_next_file_of_that_form(desk: Desk) -> None:
    columns = SHOPS["salon"][0]
    confirmed = proposed(desk.folder, columns).confirmed()
    again = written(desk.folder, columns[::-1], "next.csv")
    records = desk.read(Source(data=again, confirmed=confirmed))
    assert (records.files[0].kind, records.files[0].accepted) == ("orders", 5)
    assert records.files[0].mapping == SHOPS["salon"][2]
    (proposal,) = propose(Source(data=again, confirmed=confirmed))
    assert proposal.is_certain


def test_what_is_said_now_goes_before_what_was_confirmed(desk: Desk) -> None:
    columns = [("who", "who"), ("day a", "day"), ("day b", "day"), ("much", "money")]
    confirmed = proposed(desk.folder, columns).confirmed()
    path = written(desk.folder, columns)
    for header in ("day a", "day b"):
        records = desk.read(Source(data=path, confirmed=confirmed, mapping={"ordered_at": header}))
        assert records.files[0].mapping["ordered_at"] == header


def test_who_told_the_mapping_is_kept(desk: Desk) -> None:
    known = written(desk.folder, [("customer_id", "who"), ("ordered_at", "day"), ("amount", "money")], "known.csv")
    odd = written(desk.folder, [("who", "who"), ("when", "day"), ("much", "money")], "odd.csv")
    mapping = {"customer_id": "who", "ordered_at": "when", "amount": "much"}
    records = desk.read(
        known,
        Source(data=known, kind="orders", mapping={"amount": "amount"}),
        Source(data=odd, kind="orders", mapping=mapping),
    )
    assert [file.told_by for file in records.files] == ["headers", "headers", "person"]


def test_a_table_that_passes_only_once_is_guessed_by_its_headers_alone(desk: Desk) -> None:
    table = pa.table({"customer_id": ["ana"], "Date of order": ["2024-01-02"], "Total sales": ["5"]})
    with pytest.raises(MappingUnconfirmed, match="'Date of order', amount = 'Total sales'"):
        desk.read(Source(data=pa.RecordBatchReader.from_batches(table.schema, table.to_batches())))


def test_two_columns_of_one_header_are_no_candidates(tmp_path: Path) -> None:
    columns = [("customer_id", "who"), ("when", "day"), ("Amt", "money"), ("Amt", "count"), ("paid so far", "money")]
    assert proposed(tmp_path, columns).mapping["amount"] == "paid so far"


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["2024-01-02", "2024年1月2日", "1/2/2024"], "time"),
        (["20240102", "20240103"], "time"),
        (["ana@example.com", "bo@example.com", "", "-"], "email"),
        (["13800138000", "+86 138 0013 8001"], "phone"),
        (["12.50", "8.00"], "money"),
        (["¥12", "¥8"], "money"),
        (["-1.000,00 €"], "money"),
        (["12", "8"], "number"),
        (["A-1", "A-2"], "code"),
        (["Haircut", "Colour"], "text"),
        (["12", "8", "9", "n/a", "some", "7"], "number"),
        (["12", "some", "words", "here"], "text"),
        (["", "-"], "nothing"),
        ([], "nothing"),
    ],
)
def test_what_values_look_like(values: list[str], what: str) -> None:
    assert look_of(pa.array(values, pa.string())).what == what


def test_typed_columns_look_like_what_they_are() -> None:
    assert look_of(pa.array([1, 2], pa.timestamp("s"))).what == "time"
    assert look_of(pa.array([1, 2])).what == "number"
    assert look_of(pa.array([[1], [2]])).what == "text"
    assert look_of(pa.nulls(3)).what == "nothing"
    assert look_of(pa.array([0, 10])).is_rating
    assert not look_of(pa.array([0, 11])).is_rating


@pytest.mark.parametrize("is_value", [False, True])
def test_an_error_of_unclear_headers_names_them_unless_one_is_a_value(tmp_path: Path, is_value: bool) -> None:
    headers = ["ana@example.com" if is_value else "alpha", "beta"]
    (tmp_path / "odd.csv").write_text(",".join(headers) + "\n1,2\n", encoding="utf-8")
    with pytest.raises(RegularsError) as caught:
        propose(Source(data=tmp_path / "odd.csv"))
    assert getattr(caught.value, "headers", ()) == (() if is_value else ("alpha", "beta"))
