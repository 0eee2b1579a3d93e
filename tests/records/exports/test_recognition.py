"""When an export is recognised, when it is not, and what the person may say against it."""

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from records.exports import headers
from records.exports.samples import SHOPIFY, SQUARE_TRANSACTIONS, WITH_ORDERS, Sample
from records.exports.writing import money, sheet
from records_desk import Desk
from regulars import simulation
from regulars.core import RegularsError
from regulars.records import KINDS, Mappings, Source, exports
from regulars.records._exports.finding import Found, find_export
from regulars.records._exports.recipes import export_of
from regulars.records._results import Confirmed

_LAST_DAY = date(2024, 6, 30)

EVERY_HEADER = {
    "shopify_orders": [headers.SHOPIFY_ORDERS],
    "shopify_customers": [headers.SHOPIFY_CUSTOMERS, headers.SHOPIFY_CUSTOMERS_OLDER],
    "woocommerce_analytics": [headers.WOO_ANALYTICS],
    "woocommerce_suite": [headers.WOO_SUITE],
    "stripe_payments": [headers.STRIPE],
    "square_transactions": [headers.SQUARE_TRANSACTIONS],
    "square_items": [headers.SQUARE_ITEMS],
    "amazon_orders": [headers.AMAZON.replace("⇥", ",")],
    "youzan_orders": [headers.YOUZAN_ORDERS, headers.YOUZAN_ORDERS.replace("买家昵称", "买家姓名")],
    "youzan_items": [headers.YOUZAN_ITEMS],
    "youzan_customers": [headers.YOUZAN_CUSTOMERS],
    "taobao_orders": [headers.TAOBAO],
    "douyin_orders": [headers.DOUYIN],
    "wechat_pay": [headers.WECHAT, headers.WECHAT.replace("特约商户号", "子商户号").replace("订单金额", "总金额")],
    "wenjuanxing": [headers.WENJUANXING],
    "hubspot_contacts": [headers.HUBSPOT_CONTACTS, headers.HUBSPOT_CONTACTS_OTHER],
    "hubspot_deals": [headers.HUBSPOT_DEALS],
    "salesforce_contacts": [headers.SALESFORCE, headers.SALESFORCE_MORE, headers.SALESFORCE_REPORT],
    "klaviyo_profiles": [headers.KLAVIYO],
    "zendesk_tickets": [headers.ZENDESK],
    "typeform": [headers.TYPEFORM],
    "surveymonkey": [headers.SURVEYMONKEY],
    "google_forms": [headers.GOOGLE_FORMS, headers.GOOGLE_FORMS_CHINESE],
    "zoho_contacts": [headers.ZOHO, headers.ZOHO_WITHOUT_OWNER],
    "dynamics_contacts": [headers.DYNAMICS],
    "freshdesk_tickets": [headers.FRESHDESK],
    "google_analytics": [headers.GOOGLE_ANALYTICS],
}


def found(header: str, kind: str | None = None, **mapping: str) -> Found | None:
    return find_export(header.split(","), kind=kind, mapping=mapping)


def test_every_export_has_a_header_line_here() -> None:
    assert set(EVERY_HEADER) == set(exports())


def test_every_export_has_a_title_in_both_languages() -> None:
    for export in exports().values():
        assert export.title_in("en").isascii() or "›" in export.title
        assert export.title_in("zh") == export.title_zh != ""
    assert exports()["stripe_payments"].model_copy(update={"title_zh": ""}).title_in("zh") == "Stripe: payments"


@pytest.mark.parametrize("name", EVERY_HEADER)
def test_every_header_line_is_recognised_as_what_it_is(name: str) -> None:
    for header in EVERY_HEADER[name]:
        for spelt in (header, header.upper(), ",".join(f"`{one} " for one in header.split(","))):
            export = found(spelt)
            assert export is not None
            assert export.export.name == name


@pytest.mark.parametrize("name", EVERY_HEADER)
def test_the_order_of_columns_does_not_matter(name: str) -> None:
    for header in EVERY_HEADER[name]:
        export = found(",".join(reversed(header.split(","))))
        assert export is not None
        assert export.export.name == name


def test_a_record_id_alone_is_no_named_systems() -> None:
    assert found("Record ID,Email,Email verified") is None
    for more in ("Contact owner", "Create Date", "Lifecycle Stage", "First Name,Last Name"):
        export = found(f"Record ID,Email,{more}")
        assert export is not None
        assert export.export.name == "hubspot_contacts"


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_columns_are_no_export(kind: str) -> None:
    assert found(",".join(KINDS[kind].names)) is None


def test_an_ordinary_shops_files_are_no_exports(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        shop = simulation.simulate_shop(tmp_path / language, customers=5, seed=1, last_day=_LAST_DAY, language=language)
        for path in shop.paths:
            assert find_export(pacsv.read_csv(path).column_names, kind=None, mapping={}) is None


def test_a_tie_is_no_recognition() -> None:
    shopify = "Financial Status,Lineitem name,Name,Email,Created at,Total"
    assert found(shopify) is not None
    assert found(f"{shopify},主订单编号,子订单编号") is None


def test_a_time_stamp_alone_makes_no_survey(desk: Desk) -> None:
    (file,) = desk.text("Timestamp,Email,Amount,order date\n,ana@example.com,3,2024-05-01\n").files
    assert (file.kind, file.export) == ("orders", None)
    (file,) = desk.text("Timestamp,customer_id,rating,review\n2024-05-01,ana,3,Nice\n").files
    assert (file.kind, file.export) == ("feedback", None)


class TestWhatThePersonSays:
    def test_a_kind_narrows_it_to_the_tables_of_that_kind(self, desk: Desk) -> None:
        path = desk.file(SHOPIFY.text)
        (file,) = desk.read(Source(data=path, kind="consents")).files
        assert (file.file, file.kind, file.export) == ("orders.csv", "consents", "shopify_orders")

    def test_a_kind_that_the_export_does_not_hold_is_read_by_the_ordinary_rules(self, desk: Desk) -> None:
        with pytest.raises(RegularsError, match="has no column 'referrer_id'"):
            desk.read(Source(data=desk.file(SHOPIFY.text), kind="referrals"))

    def test_the_name_of_an_export_is_heeded(self, desk: Desk) -> None:
        text = "Timestamp,Email Address,How satisfied are you?\n2024/05/01 10:00:00,ana@example.com,4\n"
        (file,) = desk.read(Source(data=desk.file(text), kind="google_forms")).files
        assert (file.kind, file.export) == ("feedback", "google_forms")

    def test_an_export_that_the_file_is_not_is_refused_by_name(self, desk: Desk) -> None:
        with pytest.raises(RegularsError, match=r"lacks columns that every table of wechat_pay needs"):
            desk.read(Source(data=desk.file(SHOPIFY.text), kind="wechat_pay"))

    def test_a_mapping_of_one_column_corrects_the_recipe_and_keeps_the_rest(self, desk: Desk) -> None:
        rows = [{"Name": "#1", "Email": "ana@example.com", "Financial Status": "paid", "Subtotal": "40", "Total": "42",
                 "Created at": "2024-05-01 10:00:00 +0200", "Lineitem name": "Tea"},
                {"Name": "#1", "Lineitem name": "Cup"}]  # fmt: skip
        path = desk.file(sheet(headers.SHOPIFY_ORDERS, rows))
        (file, *_) = desk.read(Source(data=path, kind="orders", mapping={"amount": "Subtotal"})).files
        assert (file.export, file.mapping["amount"]) == ("shopify_orders", "Subtotal")
        assert desk.orders("customer_key", "CAST(amount AS DOUBLE)")[0] == ("ana@example.com", 40.0)

    def test_a_mapping_of_everything_is_read_without_any_recipe(self, desk: Desk) -> None:
        mapping = {"customer_id": "Email", "ordered_at": "Created at", "amount": "Total"}
        (file,) = desk.read(
            Source(data=desk.file(SHOPIFY.text), mapping=mapping), records={"max_quarantined_share": 0.9}
        ).files
        assert file.export is None

    @staticmethod
    def confirmed(desk: Desk, amount: str) -> tuple[Path, dict[str, Confirmed]]:
        """A file of an export, and the mapping that somebody once read it by, as the workspace keeps it."""
        row = {"Name": "#1", "Email": "ana@example.com", "Financial Status": "paid", "Subtotal": "40", "Total": "42",
               "Created at": "2024-05-01 10:00:00 +0200", "Lineitem name": "Tea"}  # fmt: skip
        path = desk.file(sheet(headers.SHOPIFY_ORDERS, [row]))
        mapping = {"customer_id": "Email", "ordered_at": "Created at", "amount": amount}
        kept = Mappings(folder=desk.folder)
        kept.keep(desk.read(Source(data=path, mapping=mapping)).files, day=_LAST_DAY)
        return path, kept.kept()

    @pytest.mark.parametrize(("amount", "sum_of_it"), [("Subtotal", "40.00"), ("Total", "42.00")])
    def test_what_was_confirmed_for_its_header_line_goes_before_the_recipe(
        self, desk: Desk, amount: str, sum_of_it: str
    ) -> None:
        path, kept = self.confirmed(desk, amount)
        (file,) = desk.read(Source(data=path, confirmed=kept)).files
        assert (file.export, file.told_by, file.mapping["amount"]) == (None, "confirmed", amount)
        assert str(money(desk)) == sum_of_it

    def test_what_is_said_now_goes_before_what_was_confirmed(self, desk: Desk) -> None:
        path, kept = self.confirmed(desk, "Subtotal")
        (file, *_) = desk.read(Source(data=path, kind="shopify_orders", confirmed=kept)).files
        assert (file.export, str(money(desk))) == ("shopify_orders", "42.00")
        (file,) = desk.read(Source(data=path, kind="profiles", confirmed=kept)).files
        assert (file.export, file.kind) == ("shopify_orders", "profiles")
        (file,) = desk.read(Source(data=path, mapping={"amount": "Total"}, confirmed=kept)).files
        assert (file.mapping["amount"], str(money(desk))) == ("Total", "42.00")

    def test_named_columns_are_no_export(self, desk: Desk) -> None:
        text = "a@example.com,2024-05-01,3\n"
        (file,) = desk.read(Source(data=desk.file(text), columns=("email", "ordered_at", "amount"))).files
        assert file.export is None


class TestOtherContainers:
    def test_a_frame_of_an_export_is_recognised_like_its_file(self, desk: Desk) -> None:
        path = desk.file(SHOPIFY.text)
        frame = pd.read_csv(path, dtype=str)
        desk.read(Source(data=frame))
        assert str(money(desk)) == SHOPIFY.money

    def test_a_stream_that_passes_once_is_enough_for_every_table(self, desk: Desk) -> None:
        table = pa.Table.from_pandas(pd.read_csv(desk.file(SHOPIFY.text), dtype=str))
        records = desk.read(Source(data=table.to_reader()))
        assert [file.accepted for file in records.files] == list(SHOPIFY.tables.values())

    def test_numbers_that_a_frame_already_read_are_numbers_still(self, desk: Desk) -> None:
        frame = pd.read_csv(desk.file(SQUARE_TRANSACTIONS.text))
        frame["Net Sales"] = frame["Net Sales"].str.replace(r"[$,]", "", regex=True).astype(float)
        desk.read(Source(data=frame))
        assert str(money(desk)) == SQUARE_TRANSACTIONS.money


@pytest.mark.parametrize("sample", WITH_ORDERS, ids=lambda sample: sample.export)
def test_the_same_file_again_adds_no_row_of_its_own(desk: Desk, sample: Sample) -> None:
    content = sample.text.encode(sample.encoding)
    records = desk.read(desk.file(content, "a.csv"), desk.file(content, "b.csv"))
    half = len(records.files) // 2
    for first, again in zip(records.files[:half], records.files[half:], strict=True):
        assert first.accepted + first.left_out.get("stated_again", 0) == again.accepted
    if exports()[sample.export].states_whole_orders:
        assert str(money(desk)) == sample.money


class TestRecipes:
    GOOD = 'title = "Till"\nrecognised_by = [["Till no"]]\n'
    TABLE = '[[tables]]\nkind = "orders"\nkey = ["email"]\ncolumns = {{ email = "Mail", ordered_at = "Day", {} }}\n'

    def test_a_recipe_of_nothing_but_a_table_is_enough(self) -> None:
        export = export_of("till", self.GOOD + self.TABLE.format('amount = "Sum"'))
        assert (export.name, export.title, export.kinds) == ("till", "Till", ("orders",))

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("title = ", "Invalid"),
            (GOOD, "tables: Field required"),
            (GOOD + 'colour = "red"\n' + TABLE.format('amount = "Sum"'), "colour: Extra inputs"),
            (GOOD + TABLE.format('price = "Sum"'), "orders have no column 'price'"),
            (GOOD + TABLE.replace('"orders"', '"sales"').format('amount = "Sum"'), "no kind of records 'sales'"),
            (GOOD + TABLE.replace('["email"]', '["phone"]').format('amount = "Sum"'), "'phone' is asked for"),
            (GOOD + TABLE.replace('["email"]', "[]").format('amount = "Sum"'), "nothing says whose row it is"),
            (GOOD + TABLE.format('amount = { like = "(" }'), "is no pattern"),
        ],
    )
    def test_a_recipe_that_says_what_cannot_be_is_refused_by_name(self, text: str, problem: str) -> None:
        with pytest.raises(RegularsError, match=re.escape(problem)) as caught:
            export_of("till", text)
        assert "till.toml" in str(caught.value)
        assert "docs/adding-an-export.md" in str(caught.value)
