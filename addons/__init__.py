"""The addons that ship with QingMES, each a package of its own; folders of `QINGMES_ADDONS_PATH` join them."""
