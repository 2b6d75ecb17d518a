"""40 partners from places that are not on any map, with addresses and contacts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.masterdata.demo.bulk import add_rows
from addons.masterdata.models import Partner, PartnerAddress, PartnerContact
from core.db import db
from core.people.models import OrgUnit, User

PLACES = [
    "桃花源",
    "蓬莱岛",
    "方丈洲",
    "瀛洲",
    "云梦泽",
    "昆仑墟",
    "大荒山",
    "青丘",
    "不周山",
    "花果山",
    "月宫",
    "镜湖城",
    "无忧岛",
    "落霞镇",
    "听雨楼",
    "星河湾",
    "白帝城",
    "沧浪亭",
    "凌霄城",
    "天河口",
]
CUSTOMER_TRADES = ["精密机械", "自动化设备", "泵阀", "输送机械"]
SUPPLIER_TRADES = ["特钢", "五金工具"]
SURNAMES = "甲乙丙丁戊己庚辛壬癸"
POSITIONS = ("采购经理", "质量工程师", "仓库主管", "财务")
CUSTOMERS, BOTH = 24, 2
COUNT = 40
FOREIGN = {5: "USD", 11: "EUR", 17: "JPY"}
TERMS = (("monthly", 30), ("monthly", 60), ("after_invoice", 30), ("on_delivery", 0), ("prepaid", 0))
DRAFT, BLOCKED = (22, 38), (23, 39)


def load(currencies: Mapping[str, int]) -> None:
    """Partners, addresses and contacts, in one statement each. `currencies` are ids by code."""
    places = _places()
    rows = [_partner(number, currencies, places) for number in range(COUNT)]
    ids = add_rows(Partner, rows)
    addresses = [line for number, row_id in enumerate(ids) for line in _addresses(number, row_id)]
    contacts = [line for number, row_id in enumerate(ids) for line in _contacts(number, row_id)]
    add_rows(PartnerAddress, addresses, root="masterdata.partner", root_key="partner_id")
    add_rows(PartnerContact, contacts, root="masterdata.partner", root_key="partner_id")


def _places() -> dict[str, tuple[int | None, int | None]]:
    """Owner and org unit of customers and of suppliers, as far as the demonstration's people are there."""
    users = dict(db.session.execute(select(User.login, User.id)).all())
    units = dict(db.session.execute(select(OrgUnit.code, OrgUnit.id)).all())
    return {
        "customer": (users.get("sales"), units.get("SAL")),
        "supplier": (users.get("buyer"), units.get("PUR")),
    }


def _kind(number: int) -> str:
    if number < CUSTOMERS:
        return "customer"
    return "both" if number < CUSTOMERS + BOTH else "supplier"


def _partner(
    number: int, currencies: Mapping[str, int], places: Mapping[str, tuple[int | None, int | None]]
) -> dict[str, Any]:
    kind = _kind(number)
    place = PLACES[number % len(PLACES)]
    trades = SUPPLIER_TRADES if kind == "supplier" else CUSTOMER_TRADES
    trade = trades[(number + number // len(PLACES)) % len(trades)]
    terms, days = TERMS[number % len(TERMS)]
    owner_id, org_unit_id = places["supplier" if kind == "supplier" else "customer"]
    return {
        "code": f"{'S' if kind == 'supplier' else 'C'}{number + 1:04d}",
        "name": f"{place}{trade}（演示）有限公司",
        "short_name": f"{place}{trade[:2]}",
        "kind": kind,
        "tax_number": f"DEMO{number + 1:014d}",
        "currency_id": currencies[FOREIGN.get(number, "CNY")],
        "payment_terms": terms,
        "payment_days": days,
        "credit_limit": Decimal(50_000 + 10_000 * (number % 20)) if kind != "supplier" else None,
        "rating": "ABBC"[number % 4],
        "state": _state(number),
        "active": number not in BLOCKED,
        "block_reason": "演示：逾期未付" if number in BLOCKED else None,
        "owner_id": owner_id,
        "org_unit_id": org_unit_id,
    }


def _state(number: int) -> str:
    if number in DRAFT:
        return "draft"
    return "blocked" if number in BLOCKED else "active"


def _addresses(number: int, partner_id: int) -> list[dict[str, Any]]:
    place = PLACES[number % len(PLACES)]
    kinds = ("ship_to", "bill_to") if number % 3 else ("ship_to", "ship_to", "bill_to")
    return [
        {
            "partner_id": partner_id,
            "seq": seq,
            "kind": kind,
            "address": f"演示省{place}市第{number + 1}大街{seq}号",
            "contact": _person(number + seq),
            "phone": _phone(number, seq),
            "is_default": kind not in kinds[: seq - 1],
        }
        for seq, kind in enumerate(kinds, start=1)
    ]


def _contacts(number: int, partner_id: int) -> list[dict[str, Any]]:
    return [
        {
            "partner_id": partner_id,
            "seq": seq,
            "name": _person(number + seq),
            "position": POSITIONS[(number + seq) % len(POSITIONS)],
            "phone": _phone(number, seq),
            "email": f"contact{seq}@partner{number + 1:02d}.example",
        }
        for seq in range(1, 2 + number % 2 + 1)
    ]


def _person(number: int) -> str:
    return f"{SURNAMES[number % len(SURNAMES)]}{'先生' if number % 2 else '女士'}"


def _phone(number: int, seq: int) -> str:
    return f"000-0000{number:02d}{seq:02d}"
