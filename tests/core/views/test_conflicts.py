"""Two people edit one record: each field is asked about only if both changed it, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from addons.masterdata.factories import make_item, make_item_category, make_partner
from addons.masterdata.models import Item, Partner, PartnerAddress
from core.db import db
from core.testing.people import csrf
from tests.core.views.support import text_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Editor:
    """Somebody with a form open."""

    def __init__(self, client: FlaskClient, path: str) -> None:
        self.client, self.path = client, path
        self.values = dict(self._read(client.get(path).text))

    def _read(self, page: str) -> list[tuple[str, str]]:
        form = page.partition('id="record-form"')[2].partition("<template>")[0]
        found = [(name, text_of(value)) for name, value in HIDDEN.findall(form)]
        found += [(n, text_of(v)) for n, v in re.findall(r'<input name="([^"]+)"[^>]*? value="([^"]*)"', form)]
        for name, inside in re.findall(r'<select name="([^"]+)"(.*?)</select>', form, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', inside)
            found.append((name, chosen.group(1) if chosen else ""))
        return found

    def save(self, **typed: Any) -> Any:
        """Type something and save; the answer."""
        self.values.update(typed)
        return self.client.post(self.path, data={**self.values, "csrf_token": csrf(self.client)})

    def choose(self, dialog: str, **choices: str) -> Any:
        """Answer the conflict dialog."""
        form = dialog.partition('class="qm-dialog" open')[2].partition("</form>")[0]
        sent = {name: text_of(value) for name, value in HIDDEN.findall(form)}
        checked = re.findall(r'name="(take-[^"]+)" value="(\w+)" checked', form)
        data = {**sent, **dict(checked), **{f"take-{n}": who for n, who in choices.items()}}
        return self.client.post(self.path, data={**data, "csrf_token": csrf(self.client)})


def asked(page: str) -> dict[str, str]:
    """What the dialog asks about, and whose is chosen to begin with."""
    return dict(re.findall(r'name="take-([^"]+)" value="(\w+)" checked', page))


def current(model: type[Any], record: Any) -> Any:
    return db.session.get_one(model, record.id, populate_existing=True)


def test_only_what_both_changed_is_asked_and_what_one_changed_is_kept(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft", material="45#", specification="long")
    db.session.commit()
    mine, theirs = (Editor(admin, f"/m/masterdata/items/{item.id}") for _n in range(2))
    assert theirs.save(name="Their shaft", material="40Cr").status_code == 303
    answer = mine.save(name="My shaft", specification="short")
    assert answer.status_code == 409
    assert asked(answer.text) == {"name": "mine", "material": "theirs"}
    for text in ("My shaft", "Their shaft", "40Cr", "45#"):
        assert text in text_of(answer.text)
    assert mine.choose(answer.text).status_code == 303
    saved = current(Item, item)
    assert (saved.name, saved.material, saved.specification) == ("My shaft", "40Cr", "short")


def test_theirs_can_be_taken_field_by_field(admin: FlaskClient) -> None:
    category = make_item_category(code="B", name="Bars")
    item = make_item(code="A-1", name="Shaft", lead_days=3)
    db.session.commit()
    mine, theirs = (Editor(admin, f"/m/masterdata/items/{item.id}") for _n in range(2))
    theirs.save(name="Their shaft", category_id=category.id, lead_days="5")
    answer = mine.save(name="My shaft", lead_days="7")
    assert re.search(r"Theirs</small>[^<]*Bars", answer.text)
    mine.choose(answer.text, name="theirs", lead_days="mine")
    saved = current(Item, item)
    assert (saved.name, saved.lead_days, saved.category_id) == ("Their shaft", 7, category.id)


def test_a_line_table_is_chosen_as_a_whole_and_shown_line_by_line(admin: FlaskClient) -> None:
    partner = make_partner(code="C-1")
    partner.addresses = [PartnerAddress(kind="ship_to", address="North street")]
    db.session.commit()
    path = f"/m/masterdata/partners/{partner.id}"
    mine, theirs = Editor(admin, path), Editor(admin, path)
    theirs.save(**{"addresses-0-address": "Their street"})
    answer = mine.save(
        **{"addresses-0-address": "My street", "addresses-1-kind": "bill_to", "addresses-1-address": "Mine"}
    )
    assert asked(answer.text) == {"addresses": "mine"}
    for text in ("Ship to · My street", "Bill to · Mine", "Ship to · Their street"):
        assert text in text_of(answer.text)
    mine.choose(answer.text)
    assert [a.address for a in current(Partner, partner).addresses] == ["My street", "Mine"]


def test_lines_only_the_other_changed_are_left_to_the_other(admin: FlaskClient) -> None:
    partner = make_partner(code="C-1", name="Wheels")
    partner.addresses = [PartnerAddress(kind="ship_to", address="North street")]
    db.session.commit()
    path = f"/m/masterdata/partners/{partner.id}"
    mine, theirs = Editor(admin, path), Editor(admin, path)
    theirs.save(**{"addresses-0-address": "Their street"})
    answer = mine.save(name="My wheels")
    assert asked(answer.text) == {"addresses": "theirs"}
    mine.choose(answer.text)
    saved = current(Partner, partner)
    assert (saved.name, [a.address for a in saved.addresses]) == ("My wheels", ["Their street"])


def test_changes_that_do_not_touch_each_other_are_both_kept(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft", material="45#")
    db.session.commit()
    mine, theirs = (Editor(admin, f"/m/masterdata/items/{item.id}") for _n in range(2))
    theirs.save(material="40Cr")
    answer = mine.save(name="My shaft")
    assert asked(answer.text) == {"material": "theirs"}
    mine.choose(answer.text)
    saved = current(Item, item)
    assert (saved.name, saved.material) == ("My shaft", "40Cr")


def test_a_third_save_while_choosing_asks_again(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft")
    db.session.commit()
    path = f"/m/masterdata/items/{item.id}"
    mine, theirs = Editor(admin, path), Editor(admin, path)
    theirs.save(name="Second")
    dialog = mine.save(name="Mine")
    Editor(admin, path).save(name="Third")
    again = mine.choose(dialog.text)
    assert again.status_code == 409
    assert "Third" in again.text and asked(again.text) == {"name": "mine"}
    assert mine.choose(again.text).status_code == 303
    assert current(Item, item).name == "Mine"


def test_saving_the_form_behind_the_dialog_asks_again(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft")
    db.session.commit()
    path = f"/m/masterdata/items/{item.id}"
    mine, theirs = Editor(admin, path), Editor(admin, path)
    theirs.save(name="Theirs")
    assert mine.save(name="Mine").status_code == 409
    assert mine.save().status_code == 409
    assert current(Item, item).name == "Theirs"


def test_a_form_whose_memory_was_tampered_with_asks_about_everything(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft", material="45#")
    db.session.commit()
    mine, theirs = (Editor(admin, f"/m/masterdata/items/{item.id}") for _n in range(2))
    theirs.save(material="40Cr")
    for was in ("{", "[]", "null", "[" * 3000):
        answer = mine.save(name="Mine", was=was)
        assert answer.status_code == 409
        assert asked(answer.text) == {"name": "mine", "material": "mine"}
