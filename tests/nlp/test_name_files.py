"""The name model and its lexicon, missing or damaged: one clear line, and never a post that goes on unredacted."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nlp.errors import ModelError
from nlp.redact import names, tagger
from nlp.redact.redactor import Redactor, redact
from tests.nlp.conftest import OPEN_INFRA

TEXT = "Pratade med Anna Lindström i går"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the files that names are found by, in use for this test alone."""
    folder = tmp_path / "ner_model"
    shutil.copytree(names.LEXICON.parent, folder)
    monkeypatch.setattr(names, "LEXICON", folder / "names.npz")
    monkeypatch.setattr(tagger, "FOLDER", folder / "tagger")
    for cached in (names._table, names.flags_of, tagger._load):
        cached.cache_clear()
    yield folder
    for cached in (names._table, names.flags_of, tagger._load):
        cached.cache_clear()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [cut, Path.unlink, lambda path: path.write_bytes(b"")], ids=["cut", "gone", "empty"])
@pytest.mark.parametrize("name", ["names.npz", "tagger/tagger/model", "tagger/config.cfg", "tagger/meta.json"])
def test_one_clear_line(files: Path, name: str, damage: Callable[[Path], object]) -> None:
    damage(files / name)
    with pytest.raises(ModelError) as caught:
        redact(TEXT, Redactor(OPEN_INFRA))
    assert str(files) in str(caught.value) and "install the package again" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_whole_files_find_the_name(files: Path) -> None:
    assert "person" in redact(TEXT, Redactor(OPEN_INFRA)).report
