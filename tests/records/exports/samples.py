"""One sample of every named export that holds orders, with what must come out of it, to the cent."""

from dataclasses import dataclass, field

from records.exports import headers
from records.exports.writing import Row, sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file, and what is known of it: what stayed in the till, how many orders and people, what was left out."""

    export: str
    text: str
    money: str
    orders: int
    customers: int
    left_out: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    encoding: str = "utf-8"


def _shopify(name: str, email: str, total: str, status: str = "paid", **more: str) -> Row:
    return {
        "Name": name, "Email": email, "Financial Status": status, "Total": total, "Currency": "EUR",
        "Created at": "2024-05-01 10:00:00 +0200", "Lineitem quantity": "1", "Lineitem name": "Tea",
        "Lineitem price": total, "Accepts Marketing": "yes", "Refunded Amount": "0.00",
        **{header.replace("_", " "): value for header, value in more.items()},
    }  # fmt: skip


SHOPIFY = Sample(
    export="shopify_orders",
    text=sheet(
        headers.SHOPIFY_ORDERS,
        [
            _shopify("#1001", "ana@example.com", "42.50", Billing_Name="Ana Lee", Billing_Phone="'+4915112345678",
                     Lineitem_sku="TEA"),
            {"Name": "#1001", "Email": "ana@example.com", "Lineitem quantity": "2", "Lineitem name": "Cup",
             "Lineitem price": "5.00", "Lineitem sku": "CUP"},
            {"Lineitem quantity": "1", "Lineitem name": "Spoon", "Lineitem price": "1.00", "Lineitem sku": "SPOON"},
            _shopify("#1002", "bo@example.com", "100.00", "partially_refunded", Refunded_Amount="30.00"),
            _shopify("#1003", "", "20.00", Phone="'+4915112345679", Accepts_Marketing="no"),
            _shopify("#1004", "ana@example.com", "7.00", "pending"),
            _shopify("#1005", "cy@example.com", "8.00", "voided"),
            _shopify("#1006", "di@example.com", "9.00", "refunded", Refunded_Amount="9.00"),
            _shopify("#1007", "ed@example.com", "11.00", Cancelled_at="2024-05-02 10:00:00 +0200"),
            _shopify("#1008", "", "12.00"),
        ],
    ),
    money="132.50",
    orders=4,
    customers=4,
    left_out={"cancelled": 2, "nobody_named": 1, "not_paid": 1},
    tables={"": 6, "refunds": 2, "profiles": 4, "consents": 7},
)  # fmt: skip

_WOO_DAY = "2024-05-01 10:00:00"

WOO_ANALYTICS = Sample(
    export="woocommerce_analytics",
    text=sheet(
        headers.WOO_ANALYTICS,
        [
            {"Date": _WOO_DAY, "Order #": "1", "N. Revenue (formatted)": "৳2,999.00", "Status": "completed",
             "Customer": "Ana Lee", "Customer type": "new", "Product(s)": "2× Tea", "Items sold": "2",
             "Net Sales": "2999"},
            {"Date": _WOO_DAY, "Order #": "2", "Status": "refunded", "Customer": "Bo", "Net Sales": "50.25"},
            {"Date": _WOO_DAY, "Order #": "3", "Status": "pending", "Customer": "Cy", "Net Sales": "10"},
            {"Date": _WOO_DAY, "Order #": "4", "Status": "cancelled", "Customer": "Cy", "Net Sales": "10"},
            {"Date": _WOO_DAY, "Order #": "5", "Status": "processing", "Customer": "Ana Lee", "Net Sales": "1.10"},
        ],
    ),
    money="3000.10",
    orders=3,
    customers=2,
    left_out={"cancelled": 1, "not_paid": 1},
    tables={"": 3, "refunds": 1},
)  # fmt: skip


def _woo(number: str, email: str, total: str, status: str = "completed") -> Row:
    return {
        "order_id": number, "order_number": number, "order_date": _WOO_DAY, "status": status, "order_total": total,
        "order_currency": "USD", "customer_email": email, "customer_id": "0", "billing_first_name": "Ana",
        "billing_last_name": "Lee",
    }  # fmt: skip


WOO_SUITE = Sample(
    export="woocommerce_suite",
    text=sheet(
        headers.WOO_SUITE,
        [
            _woo("11", "ana@example.com", "10.00"),
            _woo("12", "Bo@Example.com", "20.50", "wc-processing"),
            _woo("13", "bo@example.com", "5.00", "refunded"),
            _woo("14", "cy@example.com", "6.00", "on-hold"),
            _woo("15", "cy@example.com", "6.00", "cancelled"),
            # One row an item: the order is told again, and counts once.
            _woo("16", "di@example.com", "30.00"),
            _woo("16", "di@example.com", "30.00"),
        ],
    ),
    money="60.50",
    orders=4,
    customers=3,
    left_out={"cancelled": 1, "not_paid": 1},
    tables={"": 5, "refunds": 1, "profiles": 4},
)


def _stripe(number: str, amount: str, back: str = "0.00", status: str = "Paid", **who: str) -> Row:
    return {
        "id": f"ch_{number}", "Created (UTC)": "2024-05-01 22:30:00", "Amount": amount, "Amount Refunded": back,
        "Currency": "usd", "Status": status, "Card ID": "card_1", "Card Last4": "4242", "Card Name": "ANA LEE",
        **{name.replace("_", " "): value for name, value in who.items()},
    }  # fmt: skip


STRIPE = Sample(
    export="stripe_payments",
    text=sheet(
        headers.STRIPE,
        [
            _stripe("1", "1,200.00", Customer_ID="cus_1", Customer_Email="ana@example.com"),
            _stripe("2", "19.99", "4.99", Customer_ID="cus_2"),
            _stripe("3", "50.00", "50.00", "Refunded", Customer_ID="cus_1", Customer_Email="ana@example.com"),
            _stripe("4", "99.00", status="Failed", Customer_ID="cus_3"),
            _stripe("5", "7.00", Customer_Email="guest@example.com"),
            _stripe("6", "3.00"),
        ],
    ),
    money="1222.00",
    orders=4,
    customers=3,
    left_out={"nobody_named": 1, "not_paid": 1},
    tables={"": 4, "refunds": 2, "profiles": 3},
)


def _square(number: str, net: str, who: str = "", event: str = "Payment", **more: str) -> Row:
    return {
        "Date": "2024-05-01", "Time": "23:30:00", "Time Zone": "Eastern Time (US & Canada)", "Net Sales": net,
        "Transaction ID": number, "Event Type": event, "Customer ID": who, "Customer Name": "Ana Lee" if who else "",
        **{name.replace("_", " "): value for name, value in more.items()},
    }  # fmt: skip


_SQUARE = [
    _square("T1", "$1,240.00", "C1"),
    _square("T2", "$60.50", "C2"),
    _square("T3", "-$45.00", "C1", "Refund"),
    _square("T4", "$9.00"),
]
SQUARE_TRANSACTIONS = Sample(
    export="square_transactions",
    text=sheet(headers.SQUARE_TRANSACTIONS, [*_SQUARE, _square("T5", "$9.00", "C2", Transaction_Status="Voided")]),
    money="1255.50",
    orders=2,
    customers=2,
    left_out={"cancelled": 1, "nobody_named": 1},
    tables={"": 3, "profiles": 3},
)
SQUARE_ITEMS = Sample(
    export="square_items",
    text=sheet(
        headers.SQUARE_ITEMS,
        [{**row, "Item": "Tea", "Qty": "1.0", "SKU": "TEA", "Category": "Drinks"} for row in _SQUARE],
    ),
    money="1255.50",
    orders=2,
    customers=2,
    left_out={"nobody_named": 1},
    tables={"": 3, "profiles": 3},
)


def _amazon(order: str, item: str, who: str, price: str, quantity: str = "1") -> Row:
    return {
        "order-id": order, "order-item-id": item, "purchase-date": "2024-05-01T10:00:00+00:00", "buyer-email": who,
        "buyer-name": "Ana", "sku": "TEA", "quantity-purchased": quantity, "currency": "USD", "item-price": price,
        "recipient-name": "Ana Lee", "ship-address-1": "1 High St", "ship-city": "Ely", "ship-state": "WA",
    }  # fmt: skip


AMAZON = Sample(
    export="amazon_orders",
    text=sheet(
        headers.AMAZON,
        [
            _amazon("111-1", "1", "ana@marketplace.amazon.com", "20.00", "2"),
            _amazon("111-1", "2", "ana@marketplace.amazon.com", "5.25"),
            _amazon("111-2", "3", "bo@marketplace.amazon.com", "7.00"),
        ],
    ),
    money="32.25",
    orders=2,
    customers=2,
    tables={"": 3, "profiles": 3},
)


def _youzan(number: str, phone: str, paid: str, back: str = "0", status: str = "交易完成", **more: str) -> Row:
    return {
        "订单号": number, "订单状态": status, "订单创建时间": "2024-05-01 09:59:00",
        "买家付款时间": "2024-05-01 10:00:00",
        "订单实付金额": paid, "订单已退款金额": back, "买家手机号": phone, "买家昵称": "小安", "全部商品名称": "茶",
        "收货人省份": "浙江省", "分销员": "王五", **more,
    }  # fmt: skip


YOUZAN_ORDERS = Sample(
    export="youzan_orders",
    text=sheet(
        headers.YOUZAN_ORDERS,
        [
            _youzan("E1", "13800138000", "88.80"),
            _youzan("E2", "13800138000", "100.00", "25.50"),
            _youzan("E3", "186******05", "12.00", 买家昵称="小波"),
            _youzan("E4", "13900139000", "12.00", status="交易关闭"),
            _youzan("E5", "13900139000", "12.00", status="待付款"),
            _youzan("E6", "13900139000", "12.00", 买家付款时间=""),
            _youzan("E7", "186******05", "12.00", 买家昵称=""),
        ],
    ),
    money="175.30",
    orders=3,
    customers=2,
    left_out={"cancelled": 1, "nobody_named": 1, "not_paid": 2},
    tables={"": 3, "refunds": 1, "profiles": 3},
    encoding="gb18030",
)

YOUZAN_ITEMS = Sample(
    export="youzan_items",
    text=sheet(
        headers.YOUZAN_ITEMS,
        [
            {"订单号": "E1", "订单商品状态": "交易完成", "交易成功时间": "2024-05-03 10:00:00", "商品名称": "茶",
             "商品类目": "茶叶", "商品数量": "2", "商品实际成交金额": "60.00", "商品已退款金额": "0",
             "收货人手机号/提货人手机号": "13800138000"},
            {"订单号": "E1", "订单商品状态": "交易完成", "交易成功时间": "2024-05-03 10:00:00", "商品名称": "杯",
             "商品类目": "茶具", "商品数量": "1", "商品实际成交金额": "28.80", "商品已退款金额": "28.80",
             "收货人手机号/提货人手机号": "13800138000"},
            {"订单号": "E2", "订单商品状态": "交易关闭", "交易成功时间": "", "商品名称": "杯", "商品实际成交金额": "9",
             "收货人手机号/提货人手机号": "13800138000"},
        ],
    ),
    money="60.00",
    orders=1,
    customers=1,
    left_out={"cancelled": 1},
    tables={"": 2, "refunds": 1},
)  # fmt: skip


def _taobao(number: str, who: str, paid: str, status: str = "交易成功", **more: str) -> Row:
    return {
        "订单编号": f'="{number}"', "买家会员名": who, "买家实际支付金额": paid, "订单状态": status,
        "收货人姓名": "安安",
        "收货地址": "浙江省 杭州市 西湖区 某路1号", "联系手机": "'13800138000", "订单创建时间": "2024-05-01 09:00:00",
        "订单付款时间": "2024-05-01 10:00:00", "宝贝标题": "茶，杯", "宝贝总数量": "2", **more,
    }  # fmt: skip


TAOBAO = Sample(
    export="taobao_orders",
    text=sheet(
        headers.TAOBAO,
        [
            _taobao("2051234567890123456", "tb_ana", "66.60"),
            _taobao("2051234567890123457", "tb_bo", "1,033.40", "卖家已发货，等待买家确认"),
            _taobao("2051234567890123458", "t***c", "10.00", "买家已付款，等待卖家发货"),
            _taobao("2051234567890123459", "tb_bo", "10.00", "交易关闭"),
            _taobao("2051234567890123460", "tb_bo", "10.00", "等待买家付款", 订单付款时间=""),
        ],
    ),
    money="1110.00",
    orders=3,
    customers=3,
    left_out={"cancelled": 1, "not_paid": 1},
    tables={"": 3, "profiles": 3},
    encoding="gb18030",
)


def _douyin(number: str, paid: str, phone: str, status: str = "已完成", after: str = "-") -> Row:
    return {
        "主订单编号": f"\t{number}", "子订单编号": f"\t{number}1", "选购商品": "茶;杯", "商品数量": "1",
        "订单应付金额": paid, "收件人": "##abcd##", "收件人手机号": phone, "详细地址": "##xyz##",
        "订单提交时间": "2024-05-01 10:00:00", "订单状态": status, "售后状态": after, "取消原因": "-",
    }  # fmt: skip


DOUYIN = Sample(
    export="douyin_orders",
    text=sheet(
        headers.DOUYIN,
        [
            _douyin("9001", "39.90", "13800138000"),
            _douyin("9002", "10.00", "13900139000", after="退款成功"),
            _douyin("9003", "55.00", "$$cipher$$"),
            _douyin("9004", "55.00", "##cipher##"),
            _douyin("9005", "5.00", "13900139000", "已关闭"),
            _douyin("9006", "5.00", "13900139000", "待支付"),
        ],
    ),
    money="39.90",
    orders=2,
    customers=2,
    left_out={"cancelled": 1, "nobody_named": 2, "not_paid": 1},
    tables={"": 2, "refunds": 1, "profiles": 2},
)


def _wechat(number: str, who: str, total: str, back: str = "0.00", status: str = "SUCCESS") -> Row:
    return {
        "交易时间": "2024-05-01 10:00:00", "微信订单号": f"42{number}", "商户订单号": number, "用户标识": who,
        "交易类型": "JSAPI", "交易状态": status, "货币种类": "CNY", "应结订单金额": total, "退款金额": back,
        "商品名称": "茶", "订单金额": total, "费率": "0.60%",
    }  # fmt: skip


_BILL = sheet(
    headers.WECHAT,
    [
        _wechat("A1", "oAna", "128.00"),
        _wechat("A2", "oBo", "20.05"),
        _wechat("A1", "oAna", "0.00", "28.00", "REFUND"),
    ],
    lead="`",
)
WECHAT = Sample(
    export="wechat_pay",
    text=f"{_BILL}{headers.WECHAT_SUMMARY}\n`3,`148.05,`28.00,`0.00,`0.89,`148.05,`28.00\n",
    money="120.05",
    orders=2,
    customers=2,
    left_out={"summary_row": 2},
    tables={"": 3},
)

HUBSPOT_DEALS = Sample(
    export="hubspot_deals",
    text=sheet(
        headers.HUBSPOT_DEALS,
        [
            {"Record ID": "1", "Deal Name": "Tea", "Deal Stage": "Closed Won", "Amount": "5000",
             "Associated Contact IDs": "101;102", "Close Date": "2024-03-12 09:14", "Currency": "USD"},
            {"Record ID": "2", "Deal Name": "Cups", "Deal Stage": "closedwon", "Amount": "250.50",
             "Associated Contact IDs": "103", "Close Date": "3/15/2024 2:30 PM", "Currency": "USD"},
            {"Record ID": "3", "Deal Name": "Pots", "Deal Stage": "Appointment Scheduled", "Amount": "9",
             "Associated Contact IDs": "103", "Create Date": "2024-03-12 09:14"},
            {"Record ID": "4", "Deal Name": "Pots", "Deal Stage": "Closed Lost", "Amount": "9"},
            {"Record ID": "5", "Deal Name": "Pots", "Deal Stage": "Won", "Amount": "9", "Close Date": "2024-03-12"},
        ],
    ),
    money="5250.50",
    orders=2,
    customers=2,
    left_out={"deal_lost": 1, "nobody_named": 1, "not_won": 1},
    tables={"": 2},
)  # fmt: skip

WITH_ORDERS = [
    SHOPIFY, WOO_ANALYTICS, WOO_SUITE, STRIPE, SQUARE_TRANSACTIONS, SQUARE_ITEMS, AMAZON, YOUZAN_ORDERS, YOUZAN_ITEMS,
    TAOBAO, DOUYIN, WECHAT, HUBSPOT_DEALS,
]  # fmt: skip
