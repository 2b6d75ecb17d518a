"""Screens and menu of master data."""

from __future__ import annotations

from typing import Any

from addons.masterdata.models import WorkCalendar
from core.db import utcnow
from core.i18n import _
from core.views.declare import FormView, KanbanView, Lines, ListView, Menu, Panel, Section


def years_of(calendar: WorkCalendar) -> dict[str, Any]:
    """What the panel of a calendar links to: last year, this one and the next."""
    year = utcnow().year
    return {"calendar": calendar, "years": (year - 1, year, year + 1)}


LISTS = (
    ListView(
        model="masterdata.item",
        columns=("code", "name", "specification", "drawing_number", "material", "category", "kind", "uom", "state"),
        filters=("state", "kind", "source", "category", "tracking"),
        group_by=("category", "kind", "source", "state"),
    ),
    ListView(
        model="masterdata.item_category",
        columns=("code", "name", "parent", "code_prefix", "active"),
        filters=("parent", "active"),
    ),
    ListView(
        model="masterdata.uom",
        columns=("code", "name", "family", "factor", "rounding", "active"),
        filters=("family", "active"),
        group_by=("family",),
    ),
    ListView(model="masterdata.uom_family", columns=("code", "name")),
    ListView(
        model="masterdata.partner",
        columns=("code", "name", "short_name", "kind", "payment_terms", "payment_days", "rating", "owner", "state"),
        filters=("state", "kind", "rating", "payment_terms", "org_unit"),
        group_by=("kind", "rating", "state", "org_unit"),
    ),
    ListView(model="masterdata.currency", columns=("code", "name", "symbol", "decimals", "is_home", "active")),
    ListView(model="masterdata.work_calendar", columns=("code", "name", "org_unit", "active"), filters=("active",)),
)

FORMS = (
    FormView(
        model="masterdata.item",
        sections=(
            Section(
                name="item",
                title=_("Item"),
                fields=("code", "name", "specification", "category", "kind", "source"),
            ),
            Section(
                name="engineering",
                title=_("Drawing and material"),
                fields=("drawing_number", "revision", "material", "weight"),
            ),
            Section(
                name="units", title=_("Units and tracking"), fields=("uom", "second_uom", "second_factor", "tracking")
            ),
            Section(
                name="planning",
                title=_("Planning"),
                fields=("safety_stock", "reorder_point", "reorder_qty", "lead_days"),
            ),
            Section(name="money", title=_("Costs and prices"), fields=("standard_cost", "list_price")),
        ),
    ),
    FormView(
        model="masterdata.item_category",
        sections=(
            Section(
                name="category",
                title=_("Item category"),
                fields=("code", "name", "parent", "code_prefix", "active"),
            ),
        ),
    ),
    FormView(
        model="masterdata.uom",
        sections=(
            Section(name="uom", title=_("Unit"), fields=("code", "name", "family", "factor", "rounding", "active")),
        ),
    ),
    FormView(
        model="masterdata.uom_family",
        sections=(Section(name="family", title=_("Unit family"), fields=("code", "name")),),
    ),
    FormView(
        model="masterdata.partner",
        sections=(
            Section(
                name="partner",
                title=_("Partner"),
                fields=("code", "name", "short_name", "kind", "tax_number", "rating", "block_reason"),
            ),
            Section(
                name="terms",
                title=_("Payment and credit"),
                fields=("currency", "payment_terms", "payment_days", "credit_limit"),
            ),
            Lines(
                relation="addresses",
                title=_("Addresses"),
                columns=("kind", "address", "contact", "phone", "is_default"),
            ),
            Lines(relation="contacts", title=_("Contacts"), columns=("name", "position", "phone", "email")),
            Section(name="reach", title=_("Responsible"), fields=("owner_id", "org_unit_id")),
        ),
    ),
    FormView(
        model="masterdata.currency",
        sections=(
            Section(
                name="currency",
                title=_("Currency"),
                fields=("code", "name", "symbol", "decimals", "is_home", "active"),
            ),
            Lines(relation="rates", title=_("Exchange rates"), columns=("valid_on", "rate")),
        ),
    ),
    FormView(
        model="masterdata.work_calendar",
        sections=(
            Section(name="calendar", title=_("Work calendar"), fields=("code", "name", "org_unit", "active")),
            Lines(
                relation="shifts",
                title=_("Shifts"),
                columns=("weekday", "start", "end", "break_start", "break_end"),
            ),
            Lines(
                relation="days",
                title=_("Special days"),
                columns=("day_on", "working", "like_weekday", "reason"),
            ),
            Panel(
                name="year",
                title=_("Year"),
                template="masterdata/calendar_panel.html",
                context=years_of,
            ),
        ),
    ),
)

BOARDS = (KanbanView(model="masterdata.item", by="state", fields=("specification", "drawing_number", "category")),)

VIEWS = (*LISTS, *FORMS, *BOARDS)

MENUS = (
    Menu(key="masterdata", title=_("Master data"), icon="database", sequence=20),
    Menu(
        key="masterdata.items",
        title=_("Items"),
        parent="masterdata",
        model="masterdata.item",
        icon="package",
        sequence=10,
    ),
    Menu(
        key="masterdata.categories",
        title=_("Item categories"),
        parent="masterdata",
        model="masterdata.item_category",
        icon="category",
        sequence=20,
    ),
    Menu(
        key="masterdata.duplicates",
        title=_("Duplicate items"),
        parent="masterdata",
        endpoint="masterdata.duplicates",
        permission="masterdata.item.read",
        icon="copy",
        sequence=30,
    ),
    Menu(
        key="masterdata.partners",
        title=_("Partners"),
        parent="masterdata",
        model="masterdata.partner",
        icon="building",
        sequence=40,
    ),
    Menu(
        key="masterdata.uoms",
        title=_("Units"),
        parent="masterdata",
        model="masterdata.uom",
        icon="ruler-measure",
        sequence=50,
    ),
    Menu(
        key="masterdata.uom_families",
        title=_("Unit families"),
        parent="masterdata",
        model="masterdata.uom_family",
        icon="scale",
        sequence=60,
    ),
    Menu(
        key="masterdata.currencies",
        title=_("Currencies"),
        parent="masterdata",
        model="masterdata.currency",
        icon="currency-yuan",
        sequence=70,
    ),
    Menu(
        key="masterdata.calendars",
        title=_("Work calendars"),
        parent="masterdata",
        model="masterdata.work_calendar",
        icon="calendar",
        sequence=80,
    ),
)
