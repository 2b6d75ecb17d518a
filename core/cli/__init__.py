"""The `qingmes` command."""

from __future__ import annotations

from core.cli import addons, database, docs, doctor, explain, imports, jobs, packages, people, serve
from core.cli.common import Commands

COMMANDS = (
    serve.serve,
    database.upgrade,
    database.migration,
    database.demo,
    addons.addons,
    explain.explain,
    doctor.doctor,
    *jobs.COMMANDS,
    imports.import_file,
    people.user,
    packages.packages,
    docs.openapi,
    docs.docs,
)

main = Commands("qingmes", help="QingMES: a light manufacturing execution system.", commands=COMMANDS)
