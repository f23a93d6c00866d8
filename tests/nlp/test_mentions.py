"""Who is named: forms people type, forms that only look alike, and a company of another name."""

import pickle
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.company import Company, Homonym
from nlp.mentions import OURS, find_mentions, is_mention, mask_company

OURS_CASES = [
    ("Open Infras fiber är dyr", "Open Infras", "name"),
    ("OPENINFRA!!", "OPENINFRA", "name"),
    ("en open-infra-kund", "open-infra", "name"),
    ("open_infra", "open_infra", "name"),
    ("OpenInfra:s brev", "OpenInfra:s", "name"),
    ("open infra's terms", "open infra's", "name"),
    ("jag är openinfrakund", "openinfra", "name"),
    ("openinfra-avtalet", "openinfra", "name"),
    ("Open\u200bInfra", "Open\u200bInfra", "name"),
    ("o\u0336p\u0336en i\u0336nfra", "o\u0336p\u0336en i\u0336nfra", "name"),
    ("Ｏｐｅｎ Ｉｎｆｒａ", "Ｏｐｅｎ Ｉｎｆｒａ", "name"),
    ("@openinfra svara", "openinfra", "name"),
    ("se openinfra.com", "openinfra", "name"),
    ("opn infra suger", "opn infra", "misspelling"),
    ("opeinfra", "opeinfra", "misspelling"),
    ("opne infra", "opne infra", "misspelling"),
    ("Open Ifnra igen", "Open Ifnra", "misspelling"),
    ("opninfa", "opninfa", "misspelling"),
    ("oppen infra", "oppen infra", "misspelling"),
    ("OI höjer avgiften för min fiber", "OI", "name"),
    ("alla open infrakunder fick brevet", "open infra", "name"),
    ("Open Infrakundtjänst svarar inte", "Open Infra", "name"),
    ("openinfrahelvetet igen", "openinfra", "name"),
    ("opninfrakund sedan 2019", "opninfra", "misspelling"),
    ("#OpenInfraSverige", "OpenInfra", "name"),
    ("0pen Infra", "0pen Infra", "misspelling"),
    ("Open 1nfra", "Open 1nfra", "misspelling"),
]
NOT_OURS = [
    "open infrastructure for all",
    "openinfrastructure",
    "infrared sauna",
    "en öppen infra för alla",
    "We are open. Infra is next",
    "open info om mötet",
    "infra open",
    "oi oi oi vad dyrt med fiber",
    "OI vilken dag",
    "Ses vi på OpenInfra Summit? OpenInfra är bäst",
    "open infra bygger på OpenStack",
    "open infra värmelampa till uteplatsen",
    "open\n\n\n\n\n\ninfra",
    "open infrastrukturkund",
    "openinfrastruktur",
    "Ses vi på Open Infra Summit?",
    "OpenInfraDays i Berlin",
    "",
]


@pytest.mark.parametrize(("text", "surface", "kind"), OURS_CASES)
def test_forms_that_people_type_are_found(company: Company, text: str, surface: str, kind: str) -> None:
    (mention,) = find_mentions(text, company)
    assert (text[mention.start : mention.end], mention.kind) == (surface, kind)
    assert is_mention(text, company)


@pytest.mark.parametrize("text", NOT_OURS)
def test_what_only_looks_alike_is_not_ours(company: Company, text: str) -> None:
    assert not [mention for mention in find_mentions(text, company) if mention.kind in OURS]
    assert not is_mention(text, company)


def test_words_of_the_trade_outweigh_one_homonym_word(company: Company) -> None:
    assert is_mention("Open Infra är som OpenStack: mitt avtal om fiber och fakturan är obegripliga", company)


def test_operators_are_found_and_are_not_ours(company: Company) -> None:
    found = find_mentions("Telias och ip only gräver", company)
    assert [(mention.kind, mention.name) for mention in found] == [("operator", "Telia"), ("operator", "ip only")]
    assert not is_mention("Telias och ip only gräver", company)


def test_mask_keeps_genitives_and_leaves_homonyms(company: Company) -> None:
    assert mask_company("Open Infras brev, inte Telias eller OpenInfra Summit", company) == (
        "Företagets brev, inte Operatörens eller OpenInfra Summit"
    )


def test_another_company_needs_only_its_configuration(other_company: Company) -> None:
    for text in ("glimmer kraft och fiber", "Glimmer Kraft & Fibers brev", "glimmernt", "Glimmrenet", "Glimmer Hemma"):
        assert is_mention(text, other_company), text
    assert not is_mention("Glimmernät är ett nagellack", other_company)
    assert not is_mention("Open Infra skickade brev", other_company)
    assert mask_company("glimmernäts kunder och Open Infra", other_company) == "Företagets kunder och Operatören"


def test_short_single_word_names_are_not_matched_loosely() -> None:
    company = Company(name="Telia", homonyms=(Homonym(name="Telia Parken"),))
    assert is_mention("Telias kundtjänst", company)
    assert not is_mention("Celia, Tella och Delia", company)
    assert not is_mention("match på Telia Parken", company)


@pytest.mark.parametrize(
    ("name", "ours", "others"),
    [
        ("Bredband2", ["Bredband2s router", "bredband2-kund"], ["mitt bredband", "Bredband3", "bredband 2 år"]),
        ("Öresundskraft", ["oresundskraft", "Oeresundskrafts avgift", "öresundskaft"], ["öresund", "kraft"]),
        ("Stadsnätet", ["stadsnatet", "stadsnätets"], ["stadsdelen", "nätet", "ett stadsnät"]),
        ("Mälarenergi", ["malarenergi", "Mälarenergis", "mälarenerig"], ["mälaren", "energi", "Mälardalen"]),
    ],
)  # fmt: skip
def test_slips_are_of_names_and_never_common_words(name: str, ours: list[str], others: list[str]) -> None:
    company = Company(name=name)
    assert [text for text in ours if not is_mention(text, company)] == []
    assert [text for text in others if is_mention(text, company)] == []


@pytest.mark.parametrize("text", ["Global Connect gräver", "Globalconnects fiber", "ip only", "Com Hem"])
def test_operators_are_known_in_one_word_or_two(text: str) -> None:
    found = find_mentions(text, Company(name="X", operators=("GlobalConnect", "IP-Only", "ComHem")))
    assert [mention.kind for mention in found] == ["operator"]


def test_a_company_without_a_name_is_never_mentioned() -> None:
    assert find_mentions("Open Infra och allt annat", Company(name="")) == ()


def test_the_judge_of_threads_pickles(company: Company) -> None:
    judge = pickle.loads(pickle.dumps(partial(is_mention, company=company)))
    assert judge("Open Infra") and not judge("Telia")


@given(st.text(alphabet=st.sampled_from(list("openinfra OPENINFRAs-_.@\u0301\u200b\x00ö Telia")) | st.characters()))
def test_spans_lie_inside_in_order_and_agree_with_the_judge(text: str) -> None:
    from tests.nlp.conftest import OPEN_INFRA

    found = find_mentions(text, OPEN_INFRA)
    assert all(0 <= m.start < m.end <= len(text) for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert is_mention(text, OPEN_INFRA) == any(m.kind in OURS for m in found)
