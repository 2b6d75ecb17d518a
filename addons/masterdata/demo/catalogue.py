"""What the shop makes, buys and uses up, as plain rows. Figures follow from sizes and materials."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Row = dict[str, Any]

PI = Decimal("3.141593")
CENT = Decimal("0.01")
GRAM = Decimal("0.001")
MICRO = Decimal("0.000001")

# material: (grams per cubic centimetre, yuan per kilogram)
MATERIALS = {
    "45#": (Decimal("7.85"), Decimal("5.20")),
    "40Cr": (Decimal("7.85"), Decimal("6.10")),
    "6061-T6": (Decimal("2.70"), Decimal("24.50")),
    "304": (Decimal("7.93"), Decimal("18.80")),
    "Q235": (Decimal("7.85"), Decimal("4.60")),
    "20#": (Decimal("7.85"), Decimal("5.60")),
    "ZCuSn10P1": (Decimal("8.76"), Decimal("68.00")),
    "HT250": (Decimal("7.28"), Decimal("7.80")),
}
TURNED = ("45#", "40Cr", "6061-T6", "304")
MARGIN = Decimal("1.35")


def round_weight(diameter: int, length: int, material: str, bore: int = 0) -> Decimal:
    """Kilograms of a round piece; sizes in millimetres."""
    area = PI / 4 * (diameter * diameter - bore * bore)
    return (area * length * MATERIALS[material][0] / 1_000_000).quantize(GRAM)


def flat_weight(length: int, width: int, height: int, material: str) -> Decimal:
    """Kilograms of a block; sizes in millimetres."""
    return (length * width * height * MATERIALS[material][0] / 1_000_000).quantize(GRAM)


def bars() -> list[Row]:
    """Round bars, kept in kilograms, with metres as second unit."""
    rows = []
    for material in TURNED:
        for diameter in (20, 25, 30, 40, 50, 60, 80, 100, 120):
            per_metre = round_weight(diameter, 1000, material)
            rows.append(
                {
                    "name": f"{material}圆钢" if material in ("45#", "40Cr") else f"{material}圆棒",
                    "specification": f"Φ{diameter}",
                    "material": material,
                    "category": "RAW-BAR",
                    "kind": "raw",
                    "source": "buy",
                    "uom": "kg",
                    "second_uom": "m",
                    "second_factor": (1 / per_metre).quantize(MICRO),
                    "tracking": "lot",
                    "safety_stock": Decimal(200),
                    "reorder_point": Decimal(300),
                    "reorder_qty": Decimal(1000),
                    "lead_days": 5,
                    "standard_cost": MATERIALS[material][1],
                    "weight": Decimal(1),
                }
            )
    return rows


def other_stock() -> list[Row]:
    """Plates, tubes and forged or cast blanks."""
    sheets = [
        _bought("RAW-PLT", "raw", f"{material}板", f"δ{thick}×1500×3000", "kg", MATERIALS[material][1], material, 7)
        for material in ("Q235", "6061-T6", "304")
        for thick in (6, 8, 10, 12, 16, 20)
    ]
    tubes = [
        _bought("RAW-TUB", "raw", "20#无缝钢管", f"Φ{outer}×{wall}", "kg", MATERIALS["20#"][1], "20#", 7)
        for outer, wall in ((32, 4), (45, 5), (60, 6), (76, 8), (89, 8), (108, 10))
    ]
    blanks = []
    for material, name in (("40Cr", "齿坯锻件"), ("HT250", "箱体铸件")):
        for size in (90, 110, 130, 150, 180, 220):
            weight = round_weight(size, size // 3, material)
            cost = (weight * MATERIALS[material][1] * 2).quantize(CENT)
            blanks.append(
                _bought("RAW-BLK", "raw", name, f"Φ{size}×{size // 3}", "pcs", cost, material, 15) | {"weight": weight}
            )
    return [*sheets, *tubes, *blanks]


def parts() -> list[Row]:
    """Turned, milled and hobbed parts with their drawings."""
    shafts = [
        _part("PRT-SHF", "SHF", number, name, f"Φ{d}×{length}", material, round_weight(d, length, material), 38)
        for number, (name, material, d, length) in enumerate(
            (
                (name, TURNED[(a + b) % 4], 20 + 5 * a + 10 * b, 120 + 40 * a + 30 * b)
                for a in range(6)
                for b, name in enumerate(("传动轴", "阶梯轴", "电机轴", "输入轴", "输出轴"))
            ),
            start=1,
        )
    ]
    flanges = [
        _part("PRT-FLG", "FLG", n, name, f"DN{dn} PN{pn}", material, round_weight(dn + 90, 20, material, dn), 26)
        for n, (name, dn, pn, material) in enumerate(
            (
                (name, dn, pn, ("45#", "304")[(dn // 5) % 2])
                for name in ("平焊法兰", "对焊法兰")
                for dn in (25, 40, 50, 65, 80, 100)
                for pn in (10, 16)
            ),
            start=1,
        )
    ]
    bushings = [
        _part("PRT-BSH", "BSH", n, name, f"Φ{d}×Φ{bore}×{length}", mat, round_weight(d, length, mat, bore), 12)
        for n, (name, mat, d, bore, length) in enumerate(
            (
                (name, mat, bore + 10, bore, bore + 5)
                for name, mat in (("铜套", "ZCuSn10P1"), ("钢套", "45#"), ("隔套", "304"))
                for bore in (15, 20, 25, 30, 35, 40, 45, 50)
            ),
            start=1,
        )
    ]
    return [*shafts, *flanges, *bushings, *_brackets(), *_gears()]


def _brackets() -> list[Row]:
    sizes = (
        (name, 60 + 20 * n, 40 + 10 * n, 10 + 2 * n) for name in ("L型支架", "轴承座支架", "电机支架") for n in range(6)
    )
    return [
        _part("PRT-BRK", "BRK", n, name, f"{a}×{b}×{c}", material, flat_weight(a, b, c, material), 45)
        for n, (name, a, b, c) in enumerate(sizes, start=1)
        for material in [("6061-T6", "Q235")[n % 2]]
    ]


def _gears() -> list[Row]:
    sizes = (
        (name, module, teeth) for name in ("直齿轮", "斜齿轮") for module in (2, 3) for teeth in (20, 25, 32, 40, 50)
    )
    return [
        _part("PRT-GER", "GER", n, name, f"m{module} z{teeth}", "40Cr", round_weight(module * teeth, 30, "40Cr"), 85)
        for n, (name, module, teeth) in enumerate(sizes, start=1)
    ]


def products() -> list[Row]:
    """Gear units and couplings."""
    rows = []
    for number, (name, specification, weight, cost) in enumerate(
        (
            *(("圆柱齿轮减速器", f"ZD{a} i={i}", a // 4, a * 9 + i * 20) for a in (100, 150) for i in (3, 5, 8, 10)),
            *(("弹性联轴器", f"LT{size} Φ{20 + 5 * size}", size + 1, 60 + 45 * size) for size in range(1, 9)),
        ),
        start=1,
    ):
        row = _part("PRD", "FG", number, name, specification, "", Decimal(weight), 0)
        row |= {
            "kind": "product",
            "standard_cost": Decimal(cost),
            "list_price": Decimal(cost) * MARGIN,
            "material": None,
        }
        rows.append(row | {"tracking": "serial" if "减速器" in name else "none", "uom": "set"})
    return rows


def standard_parts() -> list[Row]:
    """Fasteners, bearings and seals. Three were entered twice, written differently."""
    screws = [
        *(("内六角圆柱头螺钉", f"M{d}×{length}") for d in (5, 6, 8) for length in (16, 20, 30)),
        *(("六角头螺栓", f"M{d}×{length}") for d in (10, 12) for length in (30, 40, 50)),
        ("内六角圆柱头螺钉", "M6*20"),
        ("内六角 圆柱头螺钉", "Ｍ8X30"),
        ("六角头螺栓", "m12 × 40"),
    ]
    nuts = [(name, f"M{d}") for name in ("六角螺母", "平垫圈", "弹簧垫圈") for d in (5, 6, 8, 10)]
    bearings = [("深沟球轴承", f"6{series}{size:02d}") for series in (0, 2) for size in range(2, 9)]
    seals = [
        *(("骨架油封", f"TC {d}×{d + 17}×7") for d in (25, 30, 35, 40)),
        *(("O型圈", f"{d}×2.65") for d in (18, 25, 32, 40)),
    ]
    priced = (
        ("STD-FST", [*screws, *nuts], Decimal("0.18"), Decimal("0.04")),
        ("STD-BRG", bearings, Decimal("6.50"), Decimal("1.40")),
        ("STD-SEL", seals, Decimal("1.20"), Decimal("0.35")),
    )
    return [
        _bought(category, "part", name, specification, "pcs", cost + step * n, None, 3)
        | {"safety_stock": Decimal(500), "reorder_point": Decimal(800), "reorder_qty": Decimal(2000)}
        for category, names, cost, step in priced
        for n, (name, specification) in enumerate(names)
    ]


def tools() -> list[Row]:
    """Cutters, gauges and fixtures."""
    cutters = [
        *(("硬质合金立铣刀", f"Φ{d} 4刃") for d in (6, 8, 10, 12, 16, 20)),
        *(("麻花钻", f"Φ{d}") for d in (5, 8, 10, 12)),
        *(("外圆车刀片", f"CNMG1204{r:02d}") for r in (4, 8, 12)),
        *(("机用丝锥", f"M{d}") for d in (6, 8, 10)),
    ]
    gauges = [
        *(("游标卡尺", f"0-{size}mm") for size in (150, 200, 300)),
        *(("外径千分尺", f"{a}-{a + 25}mm") for a in (0, 25, 50, 75)),
        *(("光滑塞规", f"Φ{d}H7") for d in (20, 30, 40)),
    ]
    fixtures = [("三爪卡盘", "K11-200"), ("平口钳", "QM160"), ("液压夹具", "轴承座用"), ("分度头", "F11-125")]
    priced = (
        ("TOL-CUT", cutters, 45, "none"),
        ("TOL-GAU", gauges, 120, "serial"),
        ("TOL-FIX", fixtures, 900, "serial"),
    )
    return [
        _bought(category, "tool", name, specification, "pcs", Decimal(cost + 15 * n), None, 10) | {"tracking": tracking}
        for category, names, cost, tracking in priced
        for n, (name, specification) in enumerate(names)
    ]


def consumables() -> list[Row]:
    """What is used up, and work bought from others."""
    used = [
        ("CON", "切削液", "水溶性 200L", "l", "11.5"),
        ("CON", "导轨油", "L-G68", "l", "14"),
        ("CON", "液压油", "L-HM46", "l", "12.8"),
        ("CON", "防锈油", "薄层", "l", "16"),
        ("CON-PKG", "瓦楞纸箱", "400×300×250", "pcs", "4.2"),
        ("CON-PKG", "木托盘", "1200×1000", "pcs", "68"),
        ("CON-PKG", "气相防锈袋", "300×400", "pcs", "0.9"),
        ("CON-PKG", "珍珠棉", "10mm", "m", "3.6"),
        ("CON-PKG", "打包带", "PET 1608", "m", "0.25"),
        ("CON", "丁腈手套", "L", "pair", "1.1"),
        ("CON", "砂纸", "P400", "pcs", "0.8"),
    ]
    work = (("调质处理", "HRC28-32", "2.6"), ("渗碳淬火", "HRC58-62", "5.8"), ("镀锌", "8μm", "3.1"))
    return [
        *(_bought(cat, "consumable", name, said, uom, Decimal(cost), None, 3) for cat, name, said, uom, cost in used),
        *(
            _bought("SRV", "service", name, said, "kg", Decimal(cost), None, 4) | {"source": "outsource"}
            for name, said, cost in work
        ),
    ]


def _bought(
    category: str, kind: str, name: str, specification: str, uom: str, cost: Decimal, material: str | None, days: int
) -> Row:
    return {
        "name": name,
        "specification": specification,
        "material": material,
        "category": category,
        "kind": kind,
        "source": "buy",
        "uom": uom,
        "lead_days": days,
        "standard_cost": cost,
    }


def _part(
    category: str, series: str, number: int, name: str, specification: str, material: str, weight: Decimal, work: int
) -> Row:
    """A part made by the shop: its cost is material and `work` yuan, and a tenth for each part of the series."""
    price = MATERIALS[material][1] if material else Decimal(0)
    cost = (weight * price * Decimal("1.2") + work + Decimal(number) / 10).quantize(CENT)
    return {
        "name": name,
        "specification": specification,
        "drawing_number": f"QM-{series}-{number:03d}",
        "revision": "AB"[number % 2],
        "material": material,
        "category": category,
        "kind": "part",
        "source": "make",
        "uom": "pcs",
        "tracking": "lot" if category == "PRT-GER" else "none",
        "lead_days": 7 + number % 5,
        "standard_cost": cost,
        "list_price": (cost * MARGIN).quantize(CENT),
        "weight": weight,
    }


ALL: tuple[Row, ...] = (*bars(), *other_stock(), *parts(), *products(), *standard_parts(), *tools(), *consumables())
