"""Headers in Traditional Chinese and other languages; and in any language what the values show plainly."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from records_desk import Desk
from regulars.core import RegularsError
from regulars.records import KINDS, Source, propose
from regulars.records._recognition.headers import recognise
from regulars.records._words import plain, words

DATA = tomllib.loads(files("regulars.records").joinpath("words.toml").read_text(encoding="utf-8"))
TRADITIONAL, SIMPLIFIED = ("".join(DATA["characters"][side]) for side in ("traditional", "simplified"))
TO_TRADITIONAL = str.maketrans(dict(zip(SIMPLIFIED, TRADITIONAL, strict=True)))


def layout(header: str, kind: str | None = None) -> dict[str, str]:
    found = recognise(header.split(","), file="orders.csv", kind=kind, mapping={})
    return {"KIND": found.kind.name, "KEY": found.key_role, **found.mapping()}


def test_every_traditional_character_has_one_simplified_one() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
    assert not set(TRADITIONAL) & set(SIMPLIFIED)


@pytest.mark.parametrize("kind", KINDS)
def test_every_known_header_means_the_same_in_traditional_characters(kind: str) -> None:
    for header, name in words().own[kind].items():
        assert words().own[kind][plain(header.translate(TO_TRADITIONAL))] == name


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("客戶編號,訂單日期,金額", "orders"),
        ("訂單編號,客戶編號,訂單日期,訂單金額", "orders"),
        ("會員編號,消費日期,實付金額", "orders"),
        ("行動電話,訂購日期,訂單總額", "orders"),
        ("用戶ID,日期,事件,時長", "usage"),
        ("客戶編號,評價時間,評分,評價內容", "feedback"),
        ("客戶編號,聯繫時間,跟進方式,費用", "touches"),
        ("推薦人,被推薦人,日期", "referrals"),
        ("客戶編號,姓名,手機號碼,註冊時間", "profiles"),
        ("客戶編號,用途,是否同意,記錄時間", "consents"),
        ("客戶編號,開始日期,到期日期,套餐,價格,週期", "subscriptions"),
        ("Kundennummer,Bestelldatum,Betrag,Versanddatum,Steuer", "orders"),
        ("Kunde,Bestelldatum,Betrag", "orders"),
        ("E-Mail-Adresse,Rechnungsdatum,Rechnungsbetrag,Rechnungsnummer", "orders"),
        ("Nom du client,Date de commande,Montant TTC,N° de commande", "orders"),
        ("Nombre del cliente,Fecha de pedido,Importe total,Cantidad", "orders"),
        ("顧客番号,注文日,合計金額,個数", "orders"),
        ("メールアドレス,購入日時,請求金額", "orders"),
        ("Kundennummer,Kundenname,Telefonnummer,Kunde seit,Geburtsdatum", "profiles"),
        ("Courriel,Prénom Nom,Date de naissance,Client depuis", "profiles"),
        ("Correo electrónico,Nombre completo,Fecha de alta", "profiles"),
        ("メールアドレス,氏名,電話番号,登録日,住所", "profiles"),
    ],
)
def test_the_kind_is_known(header: str, kind: str) -> None:
    assert layout(header)["KIND"] == kind


def test_words_in_cells_may_be_traditional_too(desk: Desk) -> None:
    desk.text("客戶編號,用途,是否同意,記錄時間\nana,營銷推廣,已訂閱,2024-01-02\nbo,營銷推廣,已退訂,2024-01-02\n")
    assert desk.rows("raw_consents", "purpose", "granted") == [("marketing", True), ("marketing", False)]


class TestAnyLanguage:
    ROWS = (("1001", "2024-01-13", "10,00"), ("1002", "2024-01-14", "11,50"), ("1003", "2024-02-01", "7,20"))

    def written(self, folder: Path, header: str, *, more: str = "") -> Path:
        path = folder / "tilaukset.csv"
        lines = [";".join(row) + more for row in self.ROWS]
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    @pytest.mark.parametrize("kind", [None, "orders"])
    def test_dates_money_and_a_key_are_proposed_and_not_read(self, tmp_path: Path, kind: str | None) -> None:
        (proposal,) = propose(Source(data=self.written(tmp_path, "Asiakas;Tilauspäivä;Summa"), kind=kind))
        assert proposal.kind == "orders"
        assert proposal.mapping == {"customer_id": "Asiakas", "ordered_at": "Tilauspäivä", "amount": "Summa"}
        assert not proposal.is_certain
        assert {guess.confidence for guess in proposal.columns if guess.column == "customer_id"} == {"low"}

    def test_so_they_are_where_each_may_be_one_of_several(self, tmp_path: Path) -> None:
        path = self.written(tmp_path, "Asiakas;Tilauspäivä;Summa;Toimitettu;Vero", more=";2024-03-01;1,60")
        (proposal,) = propose(Source(data=path))
        assert set(proposal.mapping) == {"customer_id", "ordered_at", "amount"}
        assert {guess.confidence for guess in proposal.columns} == {"low"}

    @pytest.mark.parametrize("header", ["Asiakas;Tilauspäivä", "Tilauspäivä;Summa", "Asiakas;Summa"])
    def test_what_lacks_one_of_the_three_is_refused_as_before(self, tmp_path: Path, header: str) -> None:
        kept = {"Asiakas": 0, "Tilauspäivä": 1, "Summa": 2}
        path = tmp_path / "tilaukset.csv"
        rows = [";".join(row[kept[name]] for name in header.split(";")) for row in self.ROWS]
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        with pytest.raises(RegularsError, match="fit no kind"):
            propose(Source(data=path))
