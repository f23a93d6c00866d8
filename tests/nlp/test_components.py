"""The steps as spaCy users find them: by name, from any blank pipeline, alone or together."""

import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import spacy

from nlp.company import Company
from nlp.components import EXTENSIONS, SOURCE, PieceTokenizer
from nlp.redact.kinds import LABELS
from nlp.redact.redactor import Redactor, redact

TINY = str(Path(__file__).parent / "tiny_model")
STEPS = ("quotes", "clean", "language", "mentions", "redact", "encoder", "judge")
TEXT = "[quote]Alla ska betala[/quote]Nej! Ring Anna Lindström 070-123 45 67 eller 070-123 45 68 om <b>Open Infra</b>."


def test_the_package_announces_every_step() -> None:
    announced = {one.name for one in entry_points(group="spacy_factories") if one.name.startswith("ryktesvakt_")}
    assert announced == {f"ryktesvakt_{step}" for step in STEPS}


def test_a_pipe_is_added_by_name_without_importing_us() -> None:
    code = (
        "import spacy; nlp = spacy.blank('sv'); nlp.add_pipe('ryktesvakt_redact', config={'company': {'name': 'X'}})\n"
        "doc = nlp('Mejla a@b.se'); print(doc._.redacted.text, doc._.redacted.report)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Mejla [e-post] {'email': 1}", done.stderr


@pytest.mark.parametrize("step", STEPS)
def test_each_step_stands_alone_on_any_tokenizer(company: Company, step: str) -> None:
    nlp = spacy.blank("sv")
    config = {} if step in ("quotes", "clean", "judge") else {"company": asdict(company)}
    if step in ("encoder", "judge"):
        config["model"] = TINY
    nlp.add_pipe(f"ryktesvakt_{step}", config=config)
    for doc in nlp.pipe([TEXT, "", "😂"]):
        found = {name: getattr(doc._, name) for name in EXTENSIONS}
        found.pop("in_thread")
        assert sum(value is not None for value in found.values()) == 1, step


def test_together_they_say_who_speaks_and_what_was_taken(company: Company) -> None:
    nlp = spacy.blank("sv")
    nlp.add_pipe("ryktesvakt_quotes")
    nlp.add_pipe("ryktesvakt_clean")
    nlp.add_pipe("ryktesvakt_redact", config={"company": asdict(company)})
    doc = nlp(TEXT)
    assert doc._.quotes.quoted == "Alla ska betala" and doc._.quotes.own.strip().startswith("Nej!")
    assert "<b>" not in doc._.cleaned
    assert doc._.redacted.report == {"person": 1, "phone": 2}


def test_the_report_counts_and_never_tells(company: Company) -> None:
    done = redact(TEXT, Redactor(company))
    assert set(done.report) <= set(LABELS) and all(isinstance(count, int) for count in done.report.values())
    assert sum(done.report.values()) == len(done.redactions)
    assert redact("inget här", Redactor(company)).report == {}


@pytest.mark.parametrize("batch_size", [1, 3, 50])
def test_what_is_read_ahead_comes_back_in_order(company: Company, batch_size: int) -> None:
    nlp = spacy.blank("sv")
    nlp.add_pipe("ryktesvakt_encoder", config={"company": asdict(company), "model": TINY})
    texts = [f"post nummer {at}" for at in range(10)]
    found = list(nlp.pipe(texts, batch_size=batch_size))
    assert [doc.text for doc in found] == texts
    for doc in found:
        assert doc._.answers["relevance"] == nlp(doc.text)._.answers["relevance"]
    assert len({doc._.answers["relevance"] for doc in found}) == len(texts)


@pytest.mark.parametrize("text", ["", " ", "a", " a  b ", "a\n\n b\t c  ", "en rad \n", "\u00a0å \u2003 ä"])
def test_a_text_cut_at_white_space_is_the_same_to_the_character(text: str) -> None:
    doc = PieceTokenizer(spacy.blank("sv").vocab)(text)
    assert doc.text == text and doc.user_data[SOURCE] == text
    assert all(not word.text.strip() or not any(char.isspace() for char in word.text) for word in doc)
