"""The companies that the language tests speak of."""

import pytest

from nlp.company import Company, Homonym

OPEN_INFRA = Company(
    name="Open Infra",
    aliases=("OpenInfra", "OI"),
    operators=("Telia", "Bahnhof", "Tele2", "Telenor", "Bredband2", "IP-Only", "GlobalConnect"),
    homonyms=(
        Homonym(name="OpenInfra Summit"),
        Homonym(name="OpenInfra Days"),
        Homonym(name="Open Infra Foundation"),
        Homonym(name="openinfra.dev"),
        Homonym(name="Open Infra", context=("openstack", "kubernetes", "linux", "infraröd", "värmelamp", "värmare")),
    ),
    context=("fiber", "bredband", "avtal", "villkor", "faktur", "drift", "underhåll", "kund", "router", "abonnemang"),
)
NORRFIBER = Company(
    name="Glimmer Kraft & Fiber",
    aliases=("Glimmernät", "GKF"),
    misspellings=("Glimmrenet",),
    products=("Glimmer Hemma",),
    operators=("Telia", "Open Infra"),
    homonyms=(Homonym(name="Glimmernät", context=("smink", "nagellack")),),
    context=("fiber", "bredband", "faktur"),
)
"""A company that nobody trained anything on."""


@pytest.fixture(scope="session")
def company() -> Company:
    return OPEN_INFRA


@pytest.fixture(scope="session")
def other_company() -> Company:
    return NORRFIBER
