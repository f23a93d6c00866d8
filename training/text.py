"""The text as the encoder sees it: `nlp.clean` prepares it in training as at inference."""

from __future__ import annotations

from functools import lru_cache

from nlp.clean import clean, model_text
from nlp.company import Company, Homonym
from nlp.mentions import mask_company

OPERATORS = (
    "Telia", "Com Hem", "Comhem", "Tele2", "Bahnhof", "Telenor", "IP-Only", "GlobalConnect", "Bredband2", "Ownit",
    "Stokab", "Zitius", "iTUX", "ServaNet", "Boxer", "Allente", "Bredbandsbolaget", "Skanova", "Net at Once",
    "Junet", "Fibra", "Hallon", "Comviq", "Halebop", "Vimla", "Mälarenergi", "Utsikt",
)  # fmt: skip
HOMONYMS = (
    Homonym(name="Open Infra Foundation"),
    Homonym(name="Open Infra Summit"),
    Homonym(name="Open Infra Days"),
)
NOBODY = Company(name="")


def plain(text: str) -> str:
    """Return an outside source's text, prepared as a post that names nobody."""
    return model_text(text, NOBODY)


def post_text(text: str, company: str, *, homonyms: bool = True) -> str:
    """Return a post as the encoder is given it at inference."""
    return model_text(text, company_named(company, homonyms=homonyms))


def statement_text(statement: str, company: str) -> str:
    """Return a claim's statement as the encoder is given it, alone or before a post."""
    return mask_company(clean(statement), company_named(company))


@lru_cache(maxsize=64)
def company_named(name: str, *, homonyms: bool = True) -> Company:
    """Return a company as a configuration would give it: its name, the other operators, its homonyms."""
    others = tuple(operator for operator in OPERATORS if operator.lower() != name.lower())
    return Company(name=name, operators=others, homonyms=HOMONYMS if homonyms else ())
