"""The configuration: all problems at once, the example that ships, the key of the pseudonyms."""

from pathlib import Path

import pytest

from flows import config
from flows.errors import ConfigError

GOOD = '[company]\nname = "Nordfiber"\n'


def write(path: Path, text: str) -> Path:
    file = path / "ryktesvakt.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_example_is_valid() -> None:
    found = config.load(config.example_file())
    assert found.company.name == "Open Infra"
    assert {s.name for s in found.source} >= {"flashback", "bluesky"}


def test_a_minimal_file_for_another_company_is_enough(tmp_path: Path) -> None:
    found = config.load(write(tmp_path, GOOD))
    assert found.company.name == "Nordfiber"
    assert found.budget.warning_per_month == 0.5


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD + 'colour = "red"\n[[source]]\nname = "a"\nurl = "http://x"\n[delivery]\ntimezone = "Mars/X"\n'
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))
    said = str(caught.value)
    for part in (
        "company.colour: unknown key",
        "source.0: a source needs both",
        "delivery.timezone: unknown time zone",
    ):
        assert part in said
    assert all(line.startswith(str(tmp_path)) for line in said.splitlines())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[company", "not valid TOML"),
        (GOOD + '[[source]]\nname = "a"\n[[source]]\nname = "a"\n', "source named twice: a"),
        (GOOD + "[budget]\nwatch_per_month = 0\n", "budget.watch_per_month"),
        (GOOD + "[model]\nmatch_near = 0.7\n", "model: match_near and match_thread are for an encoder"),
        (GOOD + '[model]\nencoder = "a/b"\nmatch_thread = 0.5\nmatch_near = 0.7\n', "less than match_near"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        config.load(write(tmp_path, text))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; name one with --config"):
        config.load(tmp_path / "none.toml")


def test_the_author_key_is_made_once_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RYKTESVAKT_AUTHOR_KEY", raising=False)
    found = config.load(write(tmp_path, GOOD + f'[storage]\ndata = "{tmp_path / "data"}"\n'))
    first = config.author_secret(found)
    assert config.author_secret(found) == first
    assert len(first) == 64
    assert config.author_key_file(found).stat().st_mode & 0o077 == 0


def test_a_short_key_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", "kort")
    with pytest.raises(ConfigError, match="shorter than 32"):
        config.author_secret(config.load(config.example_file()))
