"""Train the name model that ships: a small spaCy CNN over words and what the lexicon knows of them.

Run as `python -m training.ner.train`, after `python -m training.ner.lexicon`. Seeded; the defaults made what ships.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import compounding, fix_random_seed, minibatch

from nlp.redact.names import GIVEN, PATTERN, SURNAME, WORD, flags_of
from nlp.redact.network import marked_doc
from nlp.redact.tagger import FOLDER, NAME, OTHER, split_words
from training.ner.forum import Maker, Marked, join
from training.ner.words import given_names, klintan, own_list, places, plain_texts

SEED = 20231101
CONFIG = {
    "model": {
        "@architectures": "spacy.Tagger.v2",
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 64,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "LEMMA"],
                "rows": [3000, 1000, 1500, 800, 128],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 64,
                "depth": 4,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    },
}


def build() -> Language:
    """Return the pipeline before training."""
    nlp = spacy.blank("sv")
    nlp.add_pipe("tagger", config=CONFIG)
    return nlp


def examples(nlp: Language, *, seed: int, forum_posts: int) -> list[Example]:
    """Return news as it is and as forums would write it, made posts, and forum text without names."""
    rng = random.Random(seed)
    towns = [word.title() for word in sorted(places()) if len(word) > 3]
    maker = Maker(given_names(), own_list("nicknames"), own_list("surnames"), towns, seed)
    found = [_news(nlp, sentence) for sentence in klintan("train")]
    renamed = (_renamed(sentence, maker) for sentence in klintan("train") if any(t == "PER" for _, t in sentence))
    found += [_news(nlp, sentence if rng.random() < 0.5 else _lowered(sentence)) for sentence in renamed]
    plain = list(_nameless(rng))
    for number in range(forum_posts):
        post = maker.post()
        if number % 4 == 0:
            before = Marked(plain[number % len(plain)], ())
            post = _beside(before, post, rng)
        found.append(marked_example(nlp, post))
    return [*found, *(marked_example(nlp, Marked(text, ())) for text in plain[:2500])]


def marked_example(nlp: Language, post: Marked) -> Example:
    """Return a text with its persons as an example; the words are cut as at inference."""
    spans = split_words(post.text)
    tags = [NAME if any(a < end and start < b for start, end in post.persons) else OTHER for a, b in spans]
    return _example(nlp, [post.text[a:b] for a, b in spans], tags)


def _example(nlp: Language, words: list[str], tags: list[str]) -> Example:
    return Example(marked_doc(nlp.vocab, words), Doc(nlp.vocab, words=words, tags=tags))


def _news(nlp: Language, sentence: list[tuple[str, str]]) -> Example:
    return _example(nlp, [word for word, _ in sentence], [NAME if tag == "PER" else OTHER for _, tag in sentence])


def _renamed(sentence: list[tuple[str, str]], maker: Maker) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for at, (word, tag) in enumerate(sentence):
        if tag != "PER":
            found.append((word, tag))
        elif at == 0 or sentence[at - 1][1] != "PER":
            found += [(part, "PER") for part in maker.person().split()]
    return found


def _lowered(sentence: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(word.lower(), tag) for word, tag in sentence]


def _nameless(rng: random.Random) -> Iterator[str]:
    """Yield plain text in which, after its first word, nothing but the lexicon's plain words has a capital."""
    texts = [text for text in plain_texts() if 30 < len(text) < 400]
    rng.shuffle(texts)
    for text in texts:
        words = [word.strip(".,!?:;()\"'") for word in text.split()]
        if not any(_may_be_name(word) for word in words[1:]) and not flags_of(words[0]) & (GIVEN | SURNAME | PATTERN):
            yield text.lower() if rng.random() < 0.2 else text


def _may_be_name(word: str) -> bool:
    return word[:1].isupper() and not word.isupper() and flags_of(word) & (WORD | GIVEN | SURNAME | PATTERN) != WORD


def _beside(plain: Marked, post: Marked, rng: random.Random) -> Marked:
    return join([plain, post] if rng.random() < 0.5 else [post, plain], rng.choice((" ", "\n")))


def train(*, epochs: int, forum_posts: int) -> Language:
    """Return the trained pipeline."""
    fix_random_seed(SEED)
    rng = random.Random(SEED)
    nlp = build()
    data = examples(nlp, seed=SEED, forum_posts=forum_posts)
    optimizer = nlp.initialize(lambda: data[:2000])
    optimizer.learn_rate = 0.002
    for epoch in range(epochs):
        if epoch:
            data = examples(nlp, seed=SEED + epoch, forum_posts=forum_posts)
        rng.shuffle(data)
        losses: dict[str, float] = {}
        optimizer.learn_rate = 0.002 * (1 - epoch / epochs) + 0.0002
        for batch in minibatch(data, compounding(16, 64, 1.002)):
            nlp.update(batch, sgd=optimizer, losses=losses, drop=0.2)
        print(json.dumps({"epoch": epoch, "loss": round(losses["tagger"], 1), **news_score(nlp)}), flush=True)
    return nlp


def news_score(nlp: Language, limit: int = 0.5) -> dict[str, float]:
    """Return precision and recall by word on the news corpus's own test part."""
    right = missed = wrong = 0
    sentences = klintan("test")
    docs = [marked_doc(nlp.vocab, [word for word, _ in sentence]) for sentence in sentences]
    tagger: Any = nlp.get_pipe("tagger")
    column = tagger.labels.index(NAME)
    for sentence, doc in zip(sentences, docs, strict=True):
        for (_, tag), chance in zip(sentence, tagger.model.predict([doc])[0][:, column], strict=True):
            right += tag == "PER" and chance >= limit
            missed += tag == "PER" and chance < limit
            wrong += tag != "PER" and chance >= limit
    return {"news_recall": round(right / (right + missed), 4), "news_precision": round(right / (right + wrong), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--forum-posts", type=int, default=7000)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    nlp = train(epochs=options.epochs, forum_posts=options.forum_posts)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(options.out, exclude=["vocab", "tokenizer"])
    print(f"{sum(p.stat().st_size for p in options.out.rglob('*') if p.is_file())} bytes in {options.out}")


if __name__ == "__main__":
    main()
