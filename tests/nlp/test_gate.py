"""The gate turns away nothing that names the company, however it is written or wrapped."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.company import Company, Homonym
from nlp.fold import _ODD
from nlp.gate import may_mention
from nlp.lexicon import LETTERS, lexicon_of
from nlp.mentions import is_mention

OPEN_INFRA = Company(
    name="Open Infra",
    aliases=("OpenInfra", "Open Infra AB"),
    misspellings=("opn infra", "open infar"),
    products=("Infrabox Plus",),
    homonyms=(Homonym(name="OpenInfra Summit"), Homonym(name="OpenInfra", context=("OpenStack",))),
    context=("fiber", "avtal"),
)
COMPANIES = (
    OPEN_INFRA,
    Company(name="Åsgårds Fiber", aliases=("ÅF", "OI"), context=("fiber",)),
    Company(name="Bredband & Kabel", products=("Üxbox",)),
    Company(name="Ørsted Net", products=("Ωmega",)),
    Company(name="Telia"),
)
HIDING = [chr(c) for c in range(0x20, 0x110000) if _ODD.match(chr(c)) and not 0xD800 <= c <= 0xDFFF][::97]


def wrapped(text: str) -> list[bytes]:
    """Return a text as it may come: bare, and as JSON in the two ways of writing letters."""
    whole = text.encode("utf-8", "surrogatepass")
    return [
        whole,
        json.dumps({"text": text}, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        json.dumps(text).encode(),
    ]


@st.composite
def near_names(draw: st.DrawFn) -> tuple[Company, str]:
    """Draw a text around a name of a company, with slips, other cases, joints and hidden characters."""
    company = draw(st.sampled_from(COMPANIES))
    form = draw(st.sampled_from(lexicon_of(company).forms)) if lexicon_of(company).forms else None
    if form and draw(st.booleans()):
        words = [draw(st.sampled_from(sorted(variants))) for variants in form.variants]
    else:
        names = [company.name, *company.aliases, *company.misspellings, *company.products]
        words = draw(st.sampled_from(names)).split()
    gap = draw(st.sampled_from([" ", "", "-", "\n", " \n- ", "\t", "\u00a0", " – ", "·", "_", "/", " & ", "+", "."]))
    name = gap.join(words) + draw(st.sampled_from(["", "s", "n", "kund", "avtal", ":s", "'s"]))
    name = draw(st.sampled_from([name, name.upper(), name.title(), unicodedata.normalize("NFD", name)]))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(name)))
        name = name[:at] + draw(st.sampled_from(["", "", *HIDING, "K", "İ"])) + name[at:]
    if draw(st.integers(0, 4)) == 0:
        name = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    around = st.text(max_size=12)
    return company, draw(around) + draw(st.sampled_from([" ", "", "\n", '"'])) + name + " fiber" + draw(around)


@settings(max_examples=500, deadline=None)
@given(near_names())
def test_whatever_names_the_company_is_let_in(drawn: tuple[Company, str]) -> None:
    company, text = drawn
    if is_mention(text, company):
        for raw in wrapped(text):
            assert may_mention(raw, company), (text, raw)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.name)
def test_every_form_is_let_in(company: Company) -> None:
    for form in lexicon_of(company).forms:
        for at, variants in enumerate(form.variants[:2]):
            for word in variants:
                words = [*form.words[:at], word, *form.words[at + 1 :]]
                for text in (" ".join(words), "".join(words).upper()):
                    if is_mention(text, company):
                        assert may_mention(text.encode(), company), text


def test_no_odd_letter_closes_the_gate_on_a_name() -> None:
    """Whatever folding takes out or changes, and whatever lowers to a letter of ours, at each place of a name."""
    odd = [chr(c) for c in range(0x80, sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
    odd = [char for char in odd if _ODD.match(char) or set(char.lower()) & set(LETTERS)]
    assert len(odd) > 1500
    for char in odd:
        for text in (
            f"op{char}en infra",
            f"op{char}n infra",
            f"{char}pen infra",
            f"open{char}infra",
            f"open infra{char}",
        ):
            if is_mention(text, OPEN_INFRA):
                assert may_mention(text.encode(), OPEN_INFRA), hex(ord(char))


@pytest.mark.parametrize(
    "text",
    [
        "Vädret är fint i Europa och hoppas på det",
        "Infrastruktur i öppna landskap",
        "日本語のテキスト",
        "opera infraröd",
    ],
)
def test_what_is_far_from_the_name_is_turned_away(text: str) -> None:
    assert not may_mention(text.encode(), OPEN_INFRA)


def test_another_alphabet_lets_everything_in() -> None:
    """Capitals of letters that we do not know cannot be told: the gate then does no harm, and no good."""
    assert may_mention("Vädret".encode(), COMPANIES[3])
