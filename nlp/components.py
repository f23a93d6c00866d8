"""The steps as spaCy components: registered factories that leave what they find in `Doc._`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp.clean import clean, model_text
from nlp.company import Company, Homonym
from nlp.encoder import Answers, Encoder, encode, is_model_folder, load_encoder
from nlp.hub import SHIPPED_ALONE, Models, with_models
from nlp.judge import judge_relevance, judge_sentiment, judge_topics
from nlp.language import JUDGED, detect_language
from nlp.mentions import OURS, find_mentions, mask_company
from nlp.quotes import split_quotes
from nlp.redact.redactor import Redactor, redact_all

EXTENSIONS = (
    "in_thread", "quotes", "cleaned", "lang", "mentions", "redacted", "answers", "relevance", "sentiment", "topics",
)  # fmt: skip
QUESTIONS = ("relevance", "sentiment", "topics")
SOURCE = "ryktesvakt_source"
"""Where a Doc carries its text: put together from its words it costs more than some of the steps."""
MOST_READ, GROWTH = 512, 4
"""Posts that the model is given at once at the most, and how much larger each batch is than the one before."""
_PIECE = re.compile(r"(\S+)( ?)|\s+")

for _name in EXTENSIONS:
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


class PieceTokenizer:
    """Cuts at white space alone: these components read text, and hostile text makes finer rules slow."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the text as a Doc whose text is the same to the character."""
        pieces = list(_PIECE.finditer(text))
        words, spaces = [piece[1] or piece[0] for piece in pieces], [bool(piece[2]) for piece in pieces]
        return Doc(self.vocab, words=words, spaces=spaces, user_data={SOURCE: text})


def _text(doc: Doc) -> str:
    found: str | None = doc.user_data.get(SOURCE)
    return doc.text if found is None else found


@Language.component("ryktesvakt_quotes")
def quotes_step(doc: Doc) -> Doc:
    """Leave the author's own words apart from the quoted ones in `doc._.quotes`."""
    doc._.quotes = split_quotes(_text(doc))
    return doc


@Language.component("ryktesvakt_clean")
def clean_step(doc: Doc) -> Doc:
    """Leave the text without markup in `doc._.cleaned`."""
    doc._.cleaned = clean(_text(doc))
    return doc


class LanguageStep:
    """Leaves the language code in `doc._.lang`; the company's name, often English, does not count."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def __call__(self, doc: Doc) -> Doc:
        plain = clean(_text(doc)) if doc._.cleaned is None else doc._.cleaned
        doc._.lang = detect_language(mask_company(plain, self.company))
        return doc


class MentionStep:
    """Leaves who is named in `doc._.mentions`."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def __call__(self, doc: Doc) -> Doc:
        doc._.mentions = find_mentions(_text(doc), self.company)
        return doc


class RedactStep:
    """Leaves the text without personal data in `doc._.redacted`; `doc._.redacted.report` counts what was taken."""

    def __init__(self, company: Company) -> None:
        self.redactor = Redactor(company)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Redact batches, which the name model reads faster than single texts."""
        for batch in _batches(stream, batch_size):
            for doc, done in zip(batch, redact_all([_text(doc) for doc in batch], self.redactor), strict=True):
                doc._.redacted = done
                yield doc


class EncoderStep:
    """Leaves the model's answers in `doc._.answers`: one pass over a batch of posts, those it can read."""

    def __init__(self, encoder: Encoder, company: Company) -> None:
        self.encoder, self.company = encoder, company

    def __call__(self, doc: Doc) -> Doc:
        judged, texts = self._read([doc])
        _leave(judged, encode(self.encoder, texts))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Run the model over the posts of each batch together; equal texts are judged once.

        While it reads a batch, the steps before this one prepare the next, which is larger, as they are the quicker:
        no core waits for another, and the model has more texts of one length to read together.
        """
        with ThreadPoolExecutor(1) as reader:
            ahead: deque[tuple[list[Doc], list[Doc], Future[Answers]]] = deque()
            for batch in _batches(stream, batch_size, most=max(batch_size, MOST_READ)):
                judged, texts = self._read(batch)
                ahead.append((batch, judged, reader.submit(encode, self.encoder, texts)))
                if len(ahead) > 1:
                    yield from _answered(*ahead.popleft())
            while ahead:
                yield from _answered(*ahead.popleft())

    def _read(self, batch: Sequence[Doc]) -> tuple[list[Doc], list[str]]:
        """Return the posts of a batch that the model can read, and what it is given of each."""
        judged = [doc for doc in batch if doc._.lang in (None, *JUDGED)]
        texts = [doc._.redacted.text if doc._.redacted else _text(doc) for doc in judged]
        return judged, [model_text(text, self.company) for text in texts]


def _answered(batch: list[Doc], judged: list[Doc], asked: Future[Answers]) -> list[Doc]:
    _leave(judged, asked.result())
    return batch


def _leave(judged: Sequence[Doc], answers: Answers) -> None:
    for row, doc in enumerate(judged):
        doc._.answers = {
            "embedding": answers.embedding[row],
            "relevance": float(answers.relevance[row]),
            "sentiment": answers.sentiment[row],
            "topics": answers.topics[row],
        }


class JudgeStep:
    """Leaves one label in `doc._`, from the model's answers and the mentions."""

    def __init__(self, encoder: Encoder, question: str) -> None:
        self.meta, self.question = encoder.meta, question

    def __call__(self, doc: Doc) -> Doc:
        found: Any = doc._.answers
        if self.question == "relevance":
            # A language that the model does not read: a mention counts, and nothing else is known.
            mentions = doc._.mentions or ()
            chance = found["relevance"] if found else 0.5 * any(m.kind in OURS for m in mentions)
            doc._.relevance = judge_relevance(chance, mentions, self.meta, in_thread=bool(doc._.in_thread))
        elif found and self.question == "sentiment":
            doc._.sentiment = judge_sentiment(np.asarray(found["sentiment"]), self.meta)
        elif found:
            doc._.topics = judge_topics(np.asarray(found["topics"]), self.meta)
        return doc


@Language.factory("ryktesvakt_language", default_config={"company": {}})
def make_language(nlp: Language, name: str, company: dict[str, Any]) -> LanguageStep:
    """Return the step for a company given as plain data."""
    return LanguageStep(read_company(company))


@Language.factory("ryktesvakt_mentions", default_config={"company": {}})
def make_mentions(nlp: Language, name: str, company: dict[str, Any]) -> MentionStep:
    """Return the step for a company given as plain data."""
    return MentionStep(read_company(company))


@Language.factory("ryktesvakt_redact", default_config={"company": {}})
def make_redact(nlp: Language, name: str, company: dict[str, Any]) -> RedactStep:
    """Return the step for a company given as plain data."""
    return RedactStep(read_company(company))


@Language.factory("ryktesvakt_encoder", default_config={"company": {}, "model": None, "threads": None, "models": {}})
def make_encoder(
    nlp: Language, name: str, company: dict[str, Any], model: str | None, threads: int | None, models: dict[str, Any]
) -> EncoderStep:
    """Return the step that runs the model of a folder (none: the one that ships), others by name for some of it."""
    return EncoderStep(shared_encoder(model, threads, Models(**models)), read_company(company))


@Language.factory(
    "ryktesvakt_judge", default_config={"question": "relevance", "model": None, "threads": None, "models": {}}
)
def make_judge(
    nlp: Language, name: str, question: str, model: str | None, threads: int | None, models: dict[str, Any]
) -> JudgeStep:
    """Return the step that answers one question: `relevance`, `sentiment` or `topics`."""
    return JudgeStep(shared_encoder(model, threads, Models(**models)), question)


@lru_cache(maxsize=2)
def shared_encoder(model: str | None, threads: int | None, models: Models = SHIPPED_ALONE) -> Encoder:
    """Return a folder's model, loaded once a process; with other models' answers where they are named."""
    if models.encoder and is_model_folder(Path(models.encoder)):
        model, models = models.encoder, replace(models, encoder=None)
    return with_models(load_encoder(Path(model) if model else None, threads=threads), models)


def read_company(data: dict[str, Any]) -> Company:
    """Return the company that plain data (as in spaCy's configuration) describes."""
    homonyms = tuple(Homonym(name=h["name"], context=tuple(h.get("context", ()))) for h in data.get("homonyms", ()))
    lists = {key: tuple(value) for key, value in data.items() if key not in ("name", "homonyms")}
    return Company(name=data.get("name", ""), homonyms=homonyms, **lists)


def _batches(stream: Iterable[Doc], size: int, *, most: int = 0) -> Iterator[list[Doc]]:
    """Yield batches of a size, or where `most` is given ever larger ones up to it."""
    docs = iter(stream)
    while batch := list(islice(docs, size)):
        yield batch
        size = max(size, min(GROWTH * size, most))
