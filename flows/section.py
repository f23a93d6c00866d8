"""What every section of the configuration file is made of: strict tables, names, clocks and addresses."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=80)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def _mail_address(value: str) -> str:
    spec = parseaddr(value)[1]
    local, _, domain = spec.partition("@")
    if not value.isprintable() or not local or not domain or "@" in domain or " " in spec or "," in value:
        raise ValueError(f"{value!r} is no mail address; write it like name@example.se, or Name <name@example.se>")
    return value


MailAddress = Annotated[str, Field(min_length=3, max_length=200), AfterValidator(_mail_address)]


class Section(BaseModel):
    """A table of the file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def known_zone(value: str) -> str:
    """Return the name of a time zone. Raises ValueError for one that is not known."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"unknown time zone {value!r}; write it like Europe/Stockholm") from error
    return value
