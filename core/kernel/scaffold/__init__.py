"""`qingmes addons new`: writes a small working addon to begin from.

Every file beside this one that ends in `.tmpl` becomes a file of the addon; `$name`, `$Title`, `$NAME`
and `$Class` are filled in. In file names `--` stands for a folder. `tests/core/kernel/test_scaffold.py` runs what
comes out.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from core.errors import Conflict, ValidationError
from core.i18n import _
from core.kernel.discovery import is_good_name

HERE = Path(__file__).parent
ENDING = ".tmpl"


def write_addon(name: str, into: Path) -> Path:
    """Write the addon `name` into the folder `into`; returns its folder.

    Raises `ValidationError` for a name no addon may have, `Conflict` when the folder is there already.
    """
    if not is_good_name(name):
        raise ValidationError(
            _("“%(name)s” cannot be an addon's name: use lower-case letters, digits and underscores.", name=name)
        )
    folder = into / name
    if folder.exists():
        raise Conflict(_("%(folder)s is there already; choose another name or folder.", folder=str(folder)))
    words = {
        "name": name,
        "Title": name.replace("_", " ").capitalize(),
        "NAME": name.upper()[:4],
        "Class": "".join(word.capitalize() for word in name.split("_")),
    }
    for template in sorted(HERE.glob(f"*{ENDING}")):
        target = folder / template.name.removesuffix(ENDING).replace("--", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    return folder
