"""The life of what core itself keeps."""

from core.custom.workflow import CUSTOM_FIELD

WORKFLOWS = (CUSTOM_FIELD,)
