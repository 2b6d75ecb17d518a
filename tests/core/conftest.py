"""The application with the addon `gauge`: one for all folders, so that each process builds it once."""

from tests.core.api.fixtures import gauge_app, gauge_postgres, gauge_sqlite, one_app

__all__ = ["gauge_app", "gauge_postgres", "gauge_sqlite", "one_app"]
