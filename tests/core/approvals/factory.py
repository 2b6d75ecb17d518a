"""The small factory of the scenarios: who works where, who heads what, who holds which role and post."""

from __future__ import annotations

from core.approvals.logic.people import Org
from core.people.directory import Directory, Holding, Person, Unit

UNITS = {"公司": 101, "采购部": 102, "生产部": 103, "一车间": 104, "财务部": 105}
UNDER = {"采购部": "公司", "生产部": "公司", "一车间": "生产部", "财务部": "公司"}
STAFF = {
    "公司": ("张总", "管理员", "沈管理"),
    "采购部": ("李经理", "赵采购", "钱采购"),
    "生产部": ("王部长", "郑品管"),
    "一车间": ("陈主任", "何师傅"),
    "财务部": ("吴经理", "孙会计", "周会计", "冯品管"),
}
HEADS = {"公司": "张总", "采购部": "李经理", "生产部": "王部长", "一车间": "陈主任", "财务部": "吴经理"}
NAMES = [name for names in STAFF.values() for name in names]
PEOPLE = {name: number for number, name in enumerate(NAMES, start=1)}
ROLES = {"会计": 201, "品管": 202, "总经理": 203, "财务": 204}
POSTS = {"出纳": 301, "空岗": 302}
ADMINS = ("管理员", "沈管理")


def factory() -> Org:
    """Everybody as on an ordinary day. 郑品管 answers for production, 冯品管 for purchasing alone."""
    home = {PEOPLE[name]: UNITS[unit] for unit, names in STAFF.items() for name in names}
    directory = Directory(
        people={number: Person(number, name, True, home[number]) for name, number in PEOPLE.items()},
        units={
            number: Unit(number, name, UNITS.get(UNDER.get(name, "")), PEOPLE[HEADS[name]])
            for name, number in UNITS.items()
        },
        roles={
            ROLES["会计"]: (Holding(PEOPLE["孙会计"]), Holding(PEOPLE["周会计"])),
            ROLES["品管"]: (
                Holding(PEOPLE["郑品管"], "subtree", UNITS["生产部"]),
                Holding(PEOPLE["冯品管"], "unit", UNITS["采购部"]),
            ),
            ROLES["总经理"]: (Holding(PEOPLE["张总"]),),
            ROLES["财务"]: tuple(Holding(PEOPLE[name]) for name in ("吴经理", "孙会计", "周会计")),
        },
        posts={POSTS["出纳"]: (PEOPLE["周会计"],), POSTS["空岗"]: ()},
    )
    return Org(directory=directory, admins=tuple(PEOPLE[name] for name in ADMINS))
