"""Kinds and columns by their headers, in both languages; what the person says wins; what is unclear is asked."""

import csv
import tomllib
from collections import Counter
from importlib.resources import files

import pyarrow as pa
import pytest

from records_desk import Desk
from regulars.core import RegularsError
from regulars.records import KINDS, RAW_TABLES, Source
from regulars.records._recognition.headers import recognise
from regulars.records._words import plain, words


def layout(header: str, kind: str | None = None, **mapping: str) -> dict[str, str]:
    found = recognise(next(csv.reader([header])), file="orders.csv", kind=kind, mapping=mapping)
    return {"KIND": found.kind.name, "KEY": found.key_role, **found.mapping()}


def kind_of(header: str) -> str:
    return layout(header)["KIND"]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_known_by_its_own_columns(name: str) -> None:
    required = [column.name for column in KINDS[name].columns if column.required or name == "profiles"]
    assert kind_of(",".join(required)) == name
    assert kind_of(",".join(KINDS[name].names)) == name


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Customer ID,Order Date,Total Amount", "orders"),
        (" CUSTOMER_ID , date ,AMOUNT", "orders"),
        ("ｃｕｓｔｏｍｅｒ＿ｉｄ,ordered-at,Amount", "orders"),
        ("客户编号,下单时间,金额,渠道", "orders"),
        ("会员编号,消费日期,实付金额", "orders"),
        ("手机号,下单时间,实付金额", "orders"),
        ("用户ID,日期,事件,时长", "usage"),
        ("客户编号,评价时间,评分,评价内容", "feedback"),
        ("客户编号,联系时间,跟进方式,费用", "touches"),
        ("推荐人,被推荐人,日期", "referrals"),
        ("客户编号,姓名,手机号,注册时间", "profiles"),
        ("客户编号,用途,是否同意,记录时间", "consents"),
        ("客户编号,开始日期,到期日期,套餐,价格,周期", "subscriptions"),
        ("customer_id,campaign,variant,date,propensity", "assignments"),
        ("name,email,order_date,amount", "orders"),
    ],
)
def test_known_headers_of_both_languages_tell_the_kind(header: str, kind: str) -> None:
    assert kind_of(header) == kind


EXPORTS = {
    "woo analytics": (
        "Date,Order #,N. Revenue (formatted),Status,Customer,Product(s),Items sold,Net Sales,Attribution",
        {"KIND": "orders", "KEY": "name", "ordered_at": "Date", "amount": "Net Sales", "order_id": "Order #"},
    ),
    "woo suite": (
        "order_id,order_date,order_total,order_currency,customer_id,customer_user,customer_email",
        {
            "KIND": "orders",
            "KEY": "customer_id",
            "ordered_at": "order_date",
            "amount": "order_total",
            "order_id": "order_id",
        },
    ),
    "stripe": (
        "id,Description,Created (UTC),Amount,Currency,Converted Amount,Fee,Status,Customer ID,Customer Email",
        {
            "KIND": "orders",
            "KEY": "customer_id",
            "ordered_at": "Created (UTC)",
            "amount": "Amount",
            "currency": "Currency",
        },
    ),
    "amazon": (
        "order-id,order-item-id,purchase-date,payments-date,buyer-email,buyer-name,sku,quantity-purchased,currency,item-price",
        {
            "KIND": "orders",
            "KEY": "email",
            "ordered_at": "purchase-date",
            "amount": "item-price",
            "order_id": "order-id",
        },
    ),
    "youzan": (
        "订单号,销售渠道,订单创建时间,买家付款时间,交易成功时间,商品金额合计,应收订单金额,订单实付金额,买家昵称,买家手机号,分销员,分销员",
        {
            "KIND": "orders",
            "KEY": "phone",
            "ordered_at": "买家付款时间",
            "amount": "订单实付金额",
            "order_id": "订单号",
        },
    ),
    "taobao": (
        "订单编号,买家会员名,买家应付货款,总金额,买家实际支付金额,订单状态,联系手机,订单创建时间,订单付款时间,宝贝总数量",
        {
            "KIND": "orders",
            "KEY": "phone",
            "ordered_at": "订单付款时间",
            "amount": "买家实际支付金额",
            "order_id": "订单编号",
        },
    ),
    "wechat pay": (
        "交易时间,公众账号ID,微信订单号,商户订单号,用户标识,交易状态,货币种类,应结订单金额,退款金额,商品名称,订单金额",
        {"KIND": "orders", "KEY": "open_id", "ordered_at": "交易时间", "amount": "订单金额", "currency": "货币种类"},
    ),
    "klaviyo": ("Email,First Name,Last Name,Profile Created On", {"KIND": "profiles", "KEY": "email"}),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_headers_of_common_exports_are_covered(name: str) -> None:
    header, expected = EXPORTS[name]
    assert expected.items() <= layout(header).items()


def test_the_best_identity_is_the_key() -> None:
    assert layout("name,email,phone,ordered_at,amount")["KEY"] == "email"
    assert layout("nickname,openid,ordered_at,amount")["KEY"] == "open_id"
    assert "name" not in layout("name,customer_id,ordered_at,amount")


def test_an_identity_that_is_not_used_may_be_unclear() -> None:
    assert layout("customer_id,customer email,billing email,ordered_at,amount")["KEY"] == "customer_id"


def test_a_missing_column_names_the_nearest_headers() -> None:
    with pytest.raises(RegularsError) as caught:
        layout("customer_id,ordered_at,net_amount_due", kind="orders")
    assert str(caught.value) == (
        "orders.csv has no column 'amount'. Did you mean 'net_amount_due'? Map it with --map amount=net_amount_due."
    )


def test_a_missing_column_without_near_headers_names_them_all() -> None:
    with pytest.raises(
        RegularsError, match=r"no column 'amount', which orders need.*Its headers: 'customer_id', 'ordered_at', 'x'"
    ):
        layout("customer_id,ordered_at,x", kind="orders")


def test_two_headers_for_one_column_are_an_error_unless_one_is_exact() -> None:
    with pytest.raises(
        RegularsError, match=r"'Order Total', 'Net Sales' could each be 'amount'.*--map amount=Order Total"
    ):
        layout("customer_id,ordered_at,Order Total,Net Sales")
    assert layout("customer_id,ordered_at,Order Total,Amount")["amount"] == "Amount"
    assert layout("customer_id,ordered_at,Order Total,Net Sales", amount="Net Sales")["amount"] == "Net Sales"


def test_the_same_header_twice_is_an_error_only_where_it_is_needed() -> None:
    assert layout("customer_id,ordered_at,amount,note,note")["KIND"] == "orders"
    with pytest.raises(RegularsError, match="has 2 columns with the header 'amount'"):
        layout("customer_id,ordered_at,amount,amount")
    with pytest.raises(RegularsError, match="has 2 columns with the header 'x'"):
        layout("customer_id,ordered_at,x,x", kind="orders", amount="x")


def test_a_mapping_to_no_header_names_the_nearest() -> None:
    with pytest.raises(RegularsError, match=r"no header 'dolar_value', which --map names for 'amount'.*'dollar_value'"):
        layout("customer_id,ordered_at,dollar_value", kind="orders", amount="dolar_value")


def test_a_mapping_of_no_column_names_those_there_are() -> None:
    with pytest.raises(RegularsError, match=r"--map names 'cents', which orders do not have.*amount"):
        layout("customer_id,ordered_at,amount", kind="orders", cents="amount")


def test_a_mapping_of_a_misspelt_column_names_the_nearest() -> None:
    with pytest.raises(RegularsError) as caught:
        layout("customer_id,ordered_at,amount", kind="orders", amout="amount")
    assert str(caught.value) == "--map names 'amout', which orders do not have (orders.csv). Did you mean amount?"


def test_a_mapping_of_a_column_of_no_kind_names_the_nearest() -> None:
    with pytest.raises(RegularsError) as caught:
        layout("customer_id,when,amount", orderd_at="when")
    assert str(caught.value) == (
        "--map names 'orderd_at', which is a column of no kind of records (orders.csv). "
        "Nearest: ordered_at, order_id, recorded_at."
    )
    with pytest.raises(RegularsError, match=r"'foo', which is a column of no kind.*customer_id, ordered_at, amount"):
        layout("customer_id,ordered_at,amount", foo="amount")


def test_headers_that_lack_one_column_of_a_kind_say_which() -> None:
    with pytest.raises(RegularsError) as caught:
        layout("cust,ordered_at,amount")
    assert str(caught.value) == (
        "orders.csv looks like orders but has no column for customer_id. Did you mean 'cust'? "
        "Map it with --map customer_id=cust."
    )
    with pytest.raises(RegularsError) as caught:
        layout("who,ordered_at,amount")
    assert str(caught.value) == (
        "orders.csv looks like orders but has no column for customer_id. Map it with --map customer_id=HEADER, "
        "or say another kind with --as. Its headers: 'who', 'ordered_at', 'amount'."
    )
    with pytest.raises(RegularsError, match=r"looks like usage but has no column for used_at"):
        layout("customer_id,event,duration_minutes")
    assert layout("cust,ordered_at,amount", customer_id="cust")["KIND"] == "orders"


def test_headers_that_lack_two_columns_or_nearly_fit_two_kinds_fit_none() -> None:
    for header in ("ordered_at,quantity", "customer_id,plan,aspect"):
        with pytest.raises(RegularsError, match="fit no kind"):
            layout(header)


@pytest.mark.parametrize("kind", [None, "orders", "profiles"])
@pytest.mark.parametrize(
    "row", ["Eve Adams,eve@example.com,x", "Eve Adams,13800138000,x", "Eve Adams,2024-01-02,x", "Eve Adams,¥12.50,x"]
)
def test_a_file_without_a_header_line_is_told_so_and_not_shown(row: str, kind: str | None) -> None:
    with pytest.raises(RegularsError) as caught:
        layout(row, kind=kind)
    assert str(caught.value) == (
        "orders.csv seems to have no header line. Name its columns with --columns customer_id,ordered_at,amount "
        "(every one in order, '_' for one to skip)."
    )
    assert caught.value.__suppress_context__
    with pytest.raises(RegularsError, match="no header line"):
        layout(row, kind="orders", amount="total")


def test_a_header_that_is_a_number_does_no_harm_where_the_others_are_known() -> None:
    assert layout("customer_id,ordered_at,amount,2024")["KIND"] == "orders"


def test_a_mapping_wins_over_what_a_header_usually_means() -> None:
    found = layout("customer_id,date,amount,order date", kind="orders", ordered_at="date")
    assert (found["ordered_at"], found["amount"]) == ("date", "amount")
    assert layout("User ID,date,amount", kind="orders", customer_id="user id")["customer_id"] == "User ID"


def test_headers_that_fit_no_kind_are_an_error() -> None:
    example = r"Say which with --as \(orders, .*--map amount=HEADER\. .*'frequency', 'recency'"
    with pytest.raises(RegularsError, match=f"fit no kind of records. {example}"):
        layout("frequency,recency")
    with pytest.raises(RegularsError, match="fit no kind"):
        layout("customer_id,date,value")


def test_headers_that_fit_several_kinds_are_an_error() -> None:
    with pytest.raises(RegularsError, match=r"could be orders or feedback. Say which with --as, such as --as orders"):
        layout("customer_id,ordered_at,amount,given_at,score")


def test_a_kind_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(
        RegularsError, match=r"There is no kind of records 'sales'. Choose one of orders, subscriptions"
    ):
        layout("customer_id,ordered_at,amount", kind="sales")


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_means_two_things_in_one_kind(kind: str) -> None:
    data = tomllib.loads(files("regulars.records").joinpath("words.toml").read_text(encoding="utf-8"))
    shared = data["identities"] if KINDS[kind].takes_identities else {}
    lists = [*data.get(kind, {}).items(), *((name, shared[name]) for name in shared if name not in data.get(kind, {}))]
    meanings = [(plain(word), name) for name, synonyms in lists for word in synonyms]
    twice = [word for word, count in Counter(word for word, _ in set(meanings)).items() if count > 1]
    assert not twice
    assert set(words().own[kind].values()) == set(KINDS[kind].names)
    assert {name for name, _ in lists} <= set(KINDS[kind].names)


def test_every_kind_has_its_table_even_if_empty(desk: Desk) -> None:
    desk.text("customer_id,ordered_at,amount\nana,2024-01-02,1\n")
    for table, schema in RAW_TABLES.items():
        assert desk.engine.columns(table) == tuple(schema.names)
        assert desk.engine.fetch(f"SELECT * FROM {table}").schema.types == schema.types


def test_several_files_of_a_kind_are_one_table(desk: Desk) -> None:
    first = desk.file("customer_id,ordered_at,amount\nana,2024-01-02,1\n", "a.csv")
    table = pa.table({"mobile": ["13800138000"], "order date": ["2024-01-03"], "total": [2.5]})
    records = desk.read(first, Source(data=table))
    assert [(file.file, file.kind, file.key_role) for file in records.files] == [
        ("a.csv", "orders", "customer_id"),
        ("table 2", "orders", "phone"),
    ]
    assert desk.orders("file_id", "line", "customer_key") == [(0, 2, "ana"), (1, 1, "13800138000")]
