"""The people of every named export: who they are, what they allow, what they said; nobody's yes is made up."""

from datetime import date

import pytest

from records.exports import headers
from records.exports.samples import SHOPIFY, STRIPE, TAOBAO
from records.exports.writing import Row, sheet
from records_desk import TODAY, Desk
from regulars.records import RecordSet

CONSENTS = "customer_key", "purpose", "granted", "local_day"


def profiles(desk: Desk, text: str, *columns: str) -> list[tuple[object, ...]]:
    desk.text(text)
    return desk.rows("raw_profiles", *columns)


def named(records: RecordSet) -> dict[str, int]:
    return {file.file.removeprefix("orders.csv").removeprefix("/"): file.accepted for file in records.files}


class TestShopify:
    CUSTOMERS = (
        {"Customer ID": "'7001", "First Name": "Ana", "Last Name": "Lee", "Email": "Ana@example.com",
         "Accepts Email Marketing": "yes", "Accepts SMS Marketing": "no", "Phone": "'+4915112345678",
         "Default Address City": "Ely", "Total Spent": "99.00", "Total Orders": "3"},
        {"Customer ID": "'7002", "First Name": "Bo", "Accepts Email Marketing": "no", "Total Orders": "0"},
    )  # fmt: skip

    def test_customers_are_profiles_with_their_identifiers(self, desk: Desk) -> None:
        rows = profiles(
            desk, sheet(headers.SHOPIFY_CUSTOMERS, self.CUSTOMERS), "customer_key", "name", "email", "phone"
        )
        assert rows == [
            ("ana@example.com", "Ana Lee", "Ana@example.com", "+4915112345678"),
            ("7002", "Bo", None, None),
        ]

    def test_an_undated_no_counts_today_and_an_undated_yes_behind_everything(self, desk: Desk) -> None:
        (_, email, message) = desk.text(sheet(headers.SHOPIFY_CUSTOMERS, self.CUSTOMERS)).files
        assert desk.rows("raw_consents", *CONSENTS) == [
            ("ana@example.com", "marketing_email", True, date(1970, 1, 1)),
            ("7002", "marketing_email", False, TODAY),
            ("ana@example.com", "marketing_message", False, TODAY),
        ]
        assert email.taken_as == {"consent_undated": 2}
        assert message.left_out == {}

    def test_the_older_form_without_a_number_is_the_same_export(self, desk: Desk) -> None:
        rows = [{"First Name": "Ana", "Last Name": "Lee", "Email": "ana@example.com", "Province": "Kent",
                 "Accepts Email Marketing": "yes", "Total Spent": "1", "Total Orders": "1"}]  # fmt: skip
        records = desk.text(sheet(headers.SHOPIFY_CUSTOMERS_OLDER, rows))
        assert {file.export for file in records.files} == {"shopify_customers"}
        assert desk.rows("raw_profiles", "name", "region") == [("Ana Lee", "Kent")]

    def test_columns_a_shop_added_are_listed(self, desk: Desk) -> None:
        header = headers.SHOPIFY_CUSTOMERS + ",Accepts WhatsApp Marketing,Size (customer.metafields.custom.size)"
        (file, *_) = desk.text(sheet(header, self.CUSTOMERS)).files
        assert "Size (customer.metafields.custom.size)" in file.unused_columns

    def test_what_was_ticked_at_the_till_is_consent_as_of_the_order(self, desk: Desk) -> None:
        desk.text(SHOPIFY.text)
        consents = desk.rows("raw_consents", *CONSENTS)
        assert ("ana@example.com", "marketing_email", True, date(2024, 5, 1)) in consents
        assert ("+4915112345679", "marketing_email", False, date(2024, 5, 1)) in consents

    def test_a_line_keeps_its_own_product_and_takes_the_rest_from_its_order(self, desk: Desk) -> None:
        desk.text(SHOPIFY.text)
        lines = desk.orders("customer_key", "order_id", "product_id", "quantity", "CAST(amount AS VARCHAR)")[:3]
        assert lines == [
            ("ana@example.com", "#1001", "TEA", 1.0, "42.5000"),
            ("ana@example.com", "#1001", "CUP", 2.0, "0.0000"),
            ("ana@example.com", "#1001", "SPOON", 1.0, "0.0000"),
        ]


def test_a_payer_has_a_number_and_an_address_to_be_matched_by(desk: Desk) -> None:
    assert set(profiles(desk, STRIPE.text, "customer_key", "email")) == {
        ("cus_1", "ana@example.com"),
        ("guest@example.com", "guest@example.com"),
    }


def test_a_utc_time_is_read_as_such_whatever_the_shops_zone(desk: Desk) -> None:
    desk.text(STRIPE.text, business={"time_zone": "Asia/Shanghai"})
    assert {day for (day,) in desk.orders("local_day")} == {date(2024, 5, 2)}


def test_a_masked_nickname_gives_way_to_the_number(desk: Desk) -> None:
    desk.text(TAOBAO.text.encode("gb18030"))
    assert desk.orders("customer_key", "order_id", "region")[2] == ("13800138000", "2051234567890123458", "浙江省")


def test_youzan_customers_are_known_by_a_whole_number_only(desk: Desk) -> None:
    rows = [
        {"客户姓名": "安安", "客户昵称": "小安", "客户手机号": "13800138000", "客户生日": "1990-05-01",
         "来源渠道": "微信", "成为客户时间": "2024-01-02 10:00:00"},
        {"客户姓名": "波波", "客户昵称": "小波", "客户手机号": "186******05", "成为客户时间": "2024-01-03 10:00:00"},
        {"客户手机号": "186******05", "成为客户时间": "2024-01-03 10:00:00"},
    ]  # fmt: skip
    (file,) = desk.text(sheet(headers.YOUZAN_CUSTOMERS, rows).encode("gb18030")).files
    assert desk.rows("raw_profiles", "customer_key", "name", "birth_year", "acquired_day") == [
        ("13800138000␟小安", "安安", 1990, date(2024, 1, 2)),
        ("小波", "波波", None, date(2024, 1, 3)),
    ]
    assert (file.export, file.left_out) == ("youzan_customers", {"nobody_named": 1})


@pytest.mark.parametrize("header", [headers.HUBSPOT_CONTACTS, headers.HUBSPOT_CONTACTS_OTHER])
def test_hubspot_contacts_are_known_by_the_number_that_deals_name(desk: Desk, header: str) -> None:
    row = {"Record ID": "101", "First Name": "Ana", "Last Name": "Lee", "Email": "ana@example.com"}
    (file,) = desk.text(sheet(header, [row])).files
    assert file.export == "hubspot_contacts"
    assert desk.rows("raw_profiles", "customer_key", "name", "email") == [("101", "Ana Lee", "ana@example.com")]


def _salesforce(number: str, **more: str) -> Row:
    return {
        "Id": number,
        "IsDeleted": "false",
        "LastName": "Lee",
        "CreatedDate": "2024-01-02T10:00:00.000+0000",
        **more,
    }


def test_deleted_and_merged_salesforce_contacts_are_left_out(desk: Desk) -> None:
    rows = [
        _salesforce("003A", Email="ana@example.com", FirstName="Ana", Birthdate="1990-05-01", LeadSource="Web"),
        _salesforce("003B", IsDeleted="true"),
        _salesforce("003C", MasterRecordId="003A"),
        _salesforce("003D"),
    ]
    (file,) = desk.text(sheet(headers.SALESFORCE, rows)).files
    assert (file.export, file.left_out) == ("salesforce_contacts", {"deleted": 1, "merged": 1})
    assert desk.rows("raw_profiles", "customer_key", "name", "birth_year", "acquisition_channel") == [
        ("ana@example.com", "Ana Lee", 1990, "Web"),
        ("003D", "Lee", None, None),
    ]


def test_not_to_have_opted_out_is_no_consent(desk: Desk) -> None:
    rows = [
        _salesforce("003A", Email="ana@example.com", HasOptedOutOfEmail="false"),
        _salesforce("003B", Email="bo@example.com", HasOptedOutOfEmail="true"),
    ]
    records = desk.text(sheet(headers.SALESFORCE_MORE, rows))
    assert named(records) == {"": 2, "refusals_email": 1}
    assert desk.rows("raw_consents", *CONSENTS) == [("bo@example.com", "marketing_email", False, TODAY)]
    assert "Tier__c" in records.files[0].unused_columns


def test_a_salesforce_report_keeps_name_number_and_address(desk: Desk) -> None:
    row = {"First Name": "Ana", "Last Name": "Lee", "Email": "ana@example.com", "Mobile": "+4915112345678",
           "Mailing Street": "1 High St", "Mailing City": "Ely", "Mailing State/Province": "Kent"}  # fmt: skip
    rows = profiles(desk, sheet(headers.SALESFORCE_REPORT, [row]), "name", "phone", "address", "region")
    assert rows == [("Ana Lee", "+4915112345678", "1 High St Ely", "Kent")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (headers.HUBSPOT_CONTACTS, {"Record ID": "1", "First Name": "伟", "Last Name": "张"}),
        (headers.SHOPIFY_CUSTOMERS, {"Customer ID": "1", "First Name": "伟", "Last Name": "张", "Total Orders": "1"}),
        (headers.KLAVIYO, {"Email": "1@example.com", "First Name": "伟", "Last Name": "张"}),
    ],
)
def test_a_chinese_name_begins_with_the_family(desk: Desk, header: str, row: Row) -> None:
    assert profiles(desk, sheet(header, [row]), "name") == [("张伟",)]


def test_klaviyo_says_yes_no_and_neither(desk: Desk) -> None:
    rows = [
        {"Email": "ana@example.com", "Klaviyo ID": "1", "First Name": "Ana", "Email Marketing Consent": "SUBSCRIBED",
         "Profile Created On": "2023-02-01 10:00:00"},
        {"Email": "bo@example.com", "Klaviyo ID": "2", "Email Marketing Consent": "UNSUBSCRIBED",
         "Profile Created On": "2023-02-01 10:00:00"},
        {"Email": "cy@example.com", "Klaviyo ID": "3", "Email Marketing Consent": "NEVER_SUBSCRIBED",
         "Profile Created On": "2023-02-01 10:00:00"},
        {"Email": "di@example.com", "Klaviyo ID": "4", "Email Marketing Consent": "SUBSCRIBED",
         "Email Suppressions": "HARD_BOUNCE", "Email Suppressions Timestamp": "2024-03-01 10:00:00",
         "Profile Created On": "2023-02-01 10:00:00"},
    ]  # fmt: skip
    records = desk.text(sheet(headers.KLAVIYO, rows))
    assert {file.export for file in records.files} == {"klaviyo_profiles"}
    assert sorted(desk.rows("raw_consents", *CONSENTS)) == [
        ("ana@example.com", "marketing_email", True, date(2023, 2, 1)),
        ("bo@example.com", "marketing_email", False, TODAY),
        ("di@example.com", "marketing_email", False, date(2024, 3, 1)),
        ("di@example.com", "marketing_email", True, date(2023, 2, 1)),
    ]
    assert len(desk.rows("raw_profiles", "customer_key")) == 4


@pytest.mark.parametrize(
    ("header", "row", "export"),
    [
        (headers.ZOHO, {"Record Id": "z1", "Email": "ana@example.com", "First Name": "Ana", "Last Name": "Lee",
                        "Email Opt Out": "true", "Created Time": "2024-01-02 10:00:00"}, "zoho_contacts"),
        (headers.ZOHO_WITHOUT_OWNER, {"Record Id": "z1", "Email": "ana@example.com", "First Name": "Ana",
                                      "Last Name": "Lee", "Email Opt Out": "true",
                                      "Created Time": "2024-01-02 10:00:00"}, "zoho_contacts"),
        (headers.SALESFORCE_REPORT, {"Email": "ana@example.com", "First Name": "Ana", "Last Name": "Lee",
                                     "Created Date": "2024-01-02", "Email Opt Out": "1"}, "salesforce_contacts"),
        (headers.DYNAMICS, {"(Do Not Modify) Contact": "d1", "Email": "ana@example.com", "Full Name": "Ana Lee",
                            "Created On": "2024-01-02 10:00", "Do not allow Bulk Emails": "Do Not Allow"},
         "dynamics_contacts"),
    ],
)  # fmt: skip
def test_plausible_contacts_of_other_systems_are_understood(desk: Desk, header: str, row: Row, export: str) -> None:
    records = desk.text(sheet(header, [row]))
    assert {file.export for file in records.files} == {export}
    assert desk.rows("raw_profiles", "customer_key", "name", "acquired_day") == [
        ("ana@example.com", "Ana Lee", date(2024, 1, 2))
    ]
    assert desk.rows("raw_consents", *CONSENTS) == [("ana@example.com", "marketing_email", False, TODAY)]


def test_births_are_read_however_they_are_written_and_a_birthday_without_a_year_is_no_fault(desk: Desk) -> None:
    (file, *_) = desk.text(
        "First Name,Last Name,Email,Mobile,Mailing Zip/Postal Code,Account Name,Birthdate\n"
        "Ann,Lee,a@x.com,,1,Acme,2/15/1990\nBob,Ray,b@x.com,,2,Acme,1990-02-15\n"
    ).files
    assert (file.export, file.unusable) == ("salesforce_contacts", {})
    assert desk.rows("raw_profiles", "birth_year", "birth_date") == [(1990, "2/15/1990"), (1990, "1990-02-15")]
    (file, *_) = desk.text(
        "客户姓名,客户昵称,客户手机号,客户生日,客户性别,消费次数,消费金额,成为客户时间\n"
        "张三,三,13800000001,1990年1月2日,男,1,10,2024-01-01 10:00:00\n"
        "李四,四,13800000002,01-02,女,1,10,2024-01-01 10:00:00\n"
    ).files
    assert (file.export, file.unusable) == ("youzan_customers", {})
    assert desk.rows("raw_profiles", "birth_year", "birth_date") == [(1990, "1990年1月2日"), (None, None)]


@pytest.mark.parametrize(("order", "born"), [("dmy", "1990-01-02"), ("mdy", "1990-02-01"), (None, "2/1/1990")])
@pytest.mark.parametrize(
    ("header", "birth", "who"),
    [(headers.ZOHO, "Date of Birth", {"Record Id": "z1", "Email": "ana@example.com"}),
     (headers.DYNAMICS, "Birthday", {"(Do Not Modify) Contact": "d1", "Email": "ana@example.com"}),
     ("customer_id,birth_date", "birth_date", {"customer_id": "ana"})],
)  # fmt: skip
def test_a_birth_that_can_be_read_in_two_ways_is_read_as_the_order_of_days_that_was_said(
    desk: Desk, header: str, birth: str, who: Row, order: str | None, born: str
) -> None:
    header = header if birth in header.split(",") else f"{header},{birth}"
    chosen = {} if order is None else {"records": {"date_order": order}}
    other = "2/2/1990" if order is None else "31/1/1990"  # the latter would say the order itself
    rows: list[Row] = [{**who, birth: told} for told in ("2/1/1990", other, "1990-05-06", "5/6")]
    (file, *_) = desk.text(sheet(header, rows), **chosen).files
    births = [found for (found,) in desk.rows("raw_profiles", "birth_date")]
    assert births[0::2][:2] == [born, "1990-05-06"]
    is_export = file.export is not None
    assert file.unusable.keys() == ({"birth_date_unusable"} if order is None or not is_export else set())
    if is_export:
        assert desk.rows("raw_profiles", "birth_year") == [(1990,), (1990,), (1990,), (None,)]
        assert births[3] is None
