"""What is hashed on its way into a batch: also whose the orders are that do not count."""

from pathlib import Path

import pytest

from records_desk import Desk
from regulars.customers import HashedIdentities, hide_identities
from regulars.engines import Engine

HEADER = "订单号,买家手机号,买家昵称,订单实付金额,订单创建时间,买家付款时间,订单状态\n"
PAID = "2024-05-01 09:00:00,2024-05-01 10:00:00,交易完成\n"
CLOSED = "2024-05-01 09:00:00,,交易关闭\n"


@pytest.mark.both_engines(slow=True)
def test_a_cancelled_order_is_hashed_as_a_paid_one_is_and_leaves_no_way_back(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine=engine, folder=tmp_path)
    identities = HashedIdentities(tmp_path / "workspace")
    rows = f"E1,13800138000,Ana,10,{PAID}E2,+86 138-0013-8000,安娜,10,{CLOSED}E3,13900139000,Bo,10,{CLOSED}"
    hide_identities(engine, desk.read(desk.file(HEADER + rows)), identities, most=6)
    ((ana,),) = desk.orders("customer_key")
    found = engine.fetch("SELECT order_id, customer_key FROM withdrawn ORDER BY order_id").to_pylist()
    assert found[0] == {"order_id": "E2", "customer_key": ana}
    assert len(found[1]["customer_key"]) == 32
    assert "13900139000" not in str(identities.facts().to_pylist())
    later = f"E3,13900139000,Bo,10,{PAID}"
    hide_identities(engine, desk.read(desk.file(HEADER + later)), identities, most=6)
    assert desk.orders("customer_key") == [(found[1]["customer_key"],)]


def test_a_customer_number_stays_as_it_is(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine=engine, folder=tmp_path)
    header = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Associated Contact IDs\n"
    rows = "1,Tea,Closed Won,2024-05-01,10,501\n2,Cup,Closed Lost,2024-05-01,10,502\n"
    hide_identities(engine, desk.read(desk.file(header + rows)), HashedIdentities(None), most=6)
    assert engine.fetch("SELECT customer_key FROM withdrawn").to_pylist() == [{"customer_key": "502"}]
