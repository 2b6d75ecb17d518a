"""Every installed addon keeps the contract."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from core.kernel.discovery import GROUP
from core.testing.contract import AddonContract

BUILT_IN = sorted(p.name for p in entry_points(group=GROUP) if p.value.startswith("addons."))


class TestEveryAddon(AddonContract):
    """The contract, for each of the built-in addons."""

    @pytest.fixture(params=BUILT_IN)
    def addon_name(self, request: pytest.FixtureRequest) -> str:
        """Each built-in addon in turn."""
        return str(request.param)
