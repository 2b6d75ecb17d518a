from core.kernel.manifest import crud

PERMISSIONS = (*crud("gauge.maker"), *crud("gauge.sheet", confirm="Confirm", cancel="Cancel"))
