"""Whom the posts are about: names and what is mistaken for them, as plain data that pickles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Homonym:
    """A name that looks like the company's and is something else."""

    name: str
    context: tuple[str, ...] = ()
    """Beginnings of words near the name that show that the other thing is meant; none: the name alone shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company that posts are judged against."""

    name: str
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    """Other companies of the trade: posts about them are not ours."""
    homonyms: tuple[Homonym, ...] = ()
    context: tuple[str, ...] = ()
    """Beginnings of words of the trade: they make an ambiguous name ours."""
    accounts: tuple[str, ...] = ()
    """The company's own accounts, as the places name them: what those write is no customer's stance."""
