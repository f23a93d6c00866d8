"""The whole stage on a tiny model: order, batches, languages and texts that are meant to hurt."""

import random
import resource
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp import components
from nlp.annotation import Annotation
from nlp.company import Company
from nlp.judge import judge_relevance, judge_topics
from nlp.mentions import Mention
from nlp.meta import read_meta
from nlp.pipeline import LanguageStage, annotate, load_stage

TINY = Path(__file__).parent / "tiny_model"
HOSTILE = [
    "", " ", "\x00", "\ud800", "\u202eabc\u202c", "😂" * 3000, "z\u0335\u0336\u0337" * 500,
    "a" * 100_000, "ÅÄÖ " * 20_000, "(" * 100_000,
    "\n" * 50_000, "[quote]" * 5000, "\U0010ffff", "<script>alert(1)</script>", "'; DROP TABLE post; --",
    "<div>" * 20_000, "<b " * 30_000, "&amp;" * 20_000, "&lt;" * 25_000, "\u202e\u2067" * 50_000, "שלום " * 20_000,
    "e\u0301\u0302\u0303" * 25_000, "👨\u200d👩\u200d👧" * 20_000, "\x00" * 100_000, "\udfff\ud800" * 50_000,
    "Open Infra " * 9000,
    "070-123 45 67 " * 7000, "Anna Svensson " * 7000, "a@b.se " * 14_000, "> " * 50_000, "1" * 100_000,
]  # fmt: skip


@pytest.fixture(scope="module")
def stage(company: Company) -> LanguageStage:
    return load_stage(company=company, model_dir=TINY, threads=2)


def same(one: Annotation, other: Annotation) -> bool:
    fields = [name for name in Annotation.__slots__ if name != "embedding"]
    is_equal = all(getattr(one, name) == getattr(other, name) for name in fields)
    return is_equal and np.array_equal(one.embedding, other.embedding)


def test_neighbours_order_and_repetition_never_change_a_label(stage: LanguageStage) -> None:
    texts = [f"Open Infra tar {n} kr för drift{'!' * (n % 7)} {'och avgift ' * (n % 5)}" for n in range(60)] * 2
    alone = [annotate([text], language_stage=stage)[0] for text in texts[:60]]
    shuffled = list(range(len(texts)))
    random.Random(3).shuffle(shuffled)
    together = annotate([texts[at] for at in shuffled], language_stage=stage)
    assert all(same(one, alone[at % 60]) for at, one in zip(shuffled, together, strict=True))


def test_hostile_texts_are_annotated_and_spans_lie_inside(stage: LanguageStage) -> None:
    found = annotate(HOSTILE, language_stage=stage)
    assert len(found) == len(HOSTILE)
    for text, one in zip(HOSTILE, found, strict=True):
        assert all(0 <= span.start < span.end <= len(text) for span in (*one.redactions, *one.mentions))
        assert np.isfinite(one.embedding).all()


def test_hostile_texts_take_little_memory(stage: LanguageStage) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in HOSTILE:
        annotate([text], language_stage=stage)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_copies_are_read_once(stage: LanguageStage, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    split = components.split_quotes
    monkeypatch.setattr(components, "split_quotes", lambda text: (read.append(text), split(text))[1])
    found = annotate(["hej", "hopp", "hej", "hej"], language_stage=stage, in_thread=[False, False, False, True])
    assert sorted(read) == ["hej", "hej", "hopp"] and found[0] is found[2] and found[0] is not found[3]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=[])))
def test_any_text_is_annotated(stage: LanguageStage, text: str) -> None:
    (one,) = annotate([text], language_stage=stage)
    assert len(one.lang) in (2, 3) and 0 <= one.relevance_score <= 1


def test_no_texts_no_annotations(stage: LanguageStage) -> None:
    assert annotate([], language_stage=stage) == []


def test_a_language_that_the_model_does_not_read_is_kept_and_not_judged(stage: LanguageStage) -> None:
    (one,) = annotate(["Ich habe von Open Infra einen Brief über Wartungskosten bekommen"], language_stage=stage)
    assert (one.lang, one.sentiment, one.topics, one.is_relevant) == ("de", None, (), True)
    assert not one.embedding.any()


def test_another_company_on_the_same_model(other_company: Company) -> None:
    stage = load_stage(company=other_company, model_dir=TINY, threads=1)
    ours, theirs = annotate(["glimmernäts avgift", "Open Infras avgift"], language_stage=stage)
    assert [mention.kind for mention in ours.mentions] == ["name"]
    assert [mention.kind for mention in theirs.mentions] == ["operator"]


@pytest.mark.parametrize(
    ("kinds", "chance", "in_thread", "expected"),
    [
        (("homonym",), 0.99, True, False),
        (("name",), 0.10, False, True),
        (("name",), 0.01, False, False),
        (("misspelling",), 0.10, False, False),
        (("misspelling",), 0.40, False, True),
        (("operator",), 0.55, False, False),
        ((), 0.55, True, True),
        ((), 0.55, False, False),
        ((), 0.90, False, True),
        (("homonym", "name"), 0.30, False, True),
    ],
)
def test_relevance_joins_mentions_and_head(
    kinds: tuple[str, ...], chance: float, in_thread: bool, expected: bool
) -> None:
    mentions = [Mention(0, 4, kind, "x") for kind in kinds]
    is_relevant, score = judge_relevance(chance, mentions, read_meta(TINY), in_thread=in_thread)
    assert is_relevant is expected and 0 <= score <= 1


def test_other_stands_alone_and_something_is_always_said() -> None:
    meta = read_meta(TINY)
    chances = np.full(12, 0.1, np.float32)
    assert len(judge_topics(chances, meta)[0]) == 1
    chances[[0, 11]] = 0.9
    assert judge_topics(chances, meta)[0] == ("terms",)
