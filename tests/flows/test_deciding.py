"""What persons decide: candidates become claims, matches are confirmed, labels win, are undone and are exported."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.claims import accept, decide_match, id_of, remove
from flows.cli import app
from flows.desk import Desk
from flows.errors import UsageError
from flows.labels import set_labels, to_review, training_rows
from flows.steps.annotate import annotate
from flows.steps.match import match
from tests.flows.desks import TINY, a_desk, land, one_pass, told
from tests.flows.test_gather import rumour
from tests.warehouse.landings import T0, hours
from training.prepare import read_fibre
from warehouse.alerts import list_alerts
from warehouse.clusters import list_candidates
from warehouse.keys import post_key
from warehouse.ledger import follow, list_claims, put_claim
from warehouse.matches import list_matches
from warehouse.records import Claim
from warehouse.watching import matched_posts

STATEMENT = "Open Infras routrar överhettas och börjar brinna."
FEE = Claim(claim_id="avgift", statement="Alla kunder måste betala avgift för underhåll.", truth="Nej.", created_at=T0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path / "data") as opened:
        yield opened


def ask(desk: Desk, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return desk.con.execute(query, list(values)).fetchall()


def test_a_candidate_becomes_a_claim_with_one_command_and_back(desk: Desk) -> None:
    land(desk, "a", [told(1, "Open Infra grävde i gatan, asfalten är trasig", hours(-20)), *rumour(10, 14, 1)])
    raised = [alert for alert in one_pass(desk, hours(8)).news if alert.kind == "alarm"]
    (candidate,) = list_candidates(desk.con, now=desk.now)
    desk.turn_to(hours(8.25))
    made = accept(desk, candidate.cluster_id, statement=STATEMENT, truth="Nej.", by="Anna", verdict="false")
    assert (made.claim_id, made.post_count) == ("open-infras-routrar-overhettas", 14)
    assert accept(desk, candidate.cluster_id, statement=STATEMENT, by="Bo") == made
    (claim,) = list_claims(desk.con)
    assert (claim.verdict, claim.verdict_by, len(claim.paraphrases)) == ("false", "Anna", 1)
    matched = matched_posts(desk.con, now=desk.now)
    assert {post.post_key for post in matched} == {post_key("forum", f"p{n}") for n in range(10, 24)}
    assert all(post.stance for post in matched), "the model has judged how each stands"
    assert all(m.span_end for m in list_matches(desk.con, claim_id=made.claim_id))
    assert list_candidates(desk.con, now=desk.now) == []
    (moved,) = [alert for alert in list_alerts(desk.con, open_only=True) if alert.kind == "alarm"]
    assert (moved.subject_id, moved.severity, moved.raised_at) == (
        made.claim_id,
        raised[-1].severity,
        raised[0].raised_at,
    )
    again = one_pass(desk, hours(9)).news
    assert [a for a in again if a.kind == "alarm" and a.severity == raised[-1].severity] == []
    assert len(matched_posts(desk.con, now=desk.now)) == 14
    remove(desk.con, made.claim_id, by="Anna", at=hours(9))
    one_pass(desk, hours(10))
    assert matched_posts(desk.con, now=desk.now) == [] == list_claims(desk.con)
    assert [c.cluster_id for c in list_candidates(desk.con, now=desk.now)] == [candidate.cluster_id]
    assert len(list_claims(desk.con, now=hours(8.5))) == 1, "a past morning keeps it"
    follow(desk.con, made.claim_id, is_followed=True, by="Anna", at=hours(11))
    assert len(matched_posts(desk.con, now=hours(12))) == 14


def test_a_candidate_is_accepted_only_whole(desk: Desk) -> None:
    put_claim(desk.con, FEE)
    land(desk, "a", rumour(10, 14, 1))
    one_pass(desk, hours(8))
    (candidate,) = list_candidates(desk.con, now=desk.now)
    with pytest.raises(UsageError, match="another claim has that name"):
        accept(desk, candidate.cluster_id, statement=STATEMENT, by="Anna", claim_id="avgift")
    assert len(list_candidates(desk.con, now=desk.now)) == 1


def test_ids_are_made_of_telling_words() -> None:
    assert id_of("Alla Open Infras kunder måste nu betala avgiften!") == "open-infras-kunder-betala"
    assert id_of("det är så") == "det-ar-sa"
    assert id_of("???") == "claim"


def test_a_confirmed_match_counts_finds_others_and_is_undone(desk: Desk) -> None:
    put_claim(desk.con, FEE)
    words = "Nu vill dom ha 49 spänn varje månad av oss för skötsel av ledningen"
    land(desk, "a", [told(1, words + " igen", hours(1)), told(2, words + " tydligen", hours(2))])
    desk.turn_to(hours(3))
    annotate(desk)
    match(desk)
    keys = [post_key("forum", f"p{n}") for n in (1, 2)]
    before = {m.post_key: (m.tier, m.score_lexical) for m in list_matches(desk.con, claim_id="avgift")}
    decide_match(desk.con, "avgift", keys[:1], is_about=True, by="Anna", at=hours(3))
    assert keys[0] in {post.post_key for post in matched_posts(desk.con, now=hours(3), seen_after=hours(2.8))}
    (claim,) = list_claims(desk.con)
    assert claim.paraphrases == (words + " igen",)
    desk.turn_to(hours(4))
    assert match(desk) == 2
    after = {m.post_key: (m.tier, m.score_lexical) for m in list_matches(desk.con, claim_id="avgift")}
    assert after[keys[0]][0] == "auto"
    assert (after[keys[1]][1] or 0) > 0.8 > (before.get(keys[1], ("", 0))[1] or 0)
    decide_match(desk.con, "avgift", keys[:1], is_about=False, by="Bo", at=hours(5))
    assert list_claims(desk.con)[0].paraphrases == ()
    assert keys[0] not in {m.post_key for m in list_matches(desk.con, claim_id="avgift")}
    desk.turn_to(hours(6))
    match(desk)
    assert keys[0] not in {m.post_key for m in list_matches(desk.con, claim_id="avgift")}


def test_a_changed_claim_is_held_against_all_posts_and_stances_are_judged_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_claim(desk.con, FEE)
    said = "Alla kunder måste betala avgift för underhåll säger de"
    land(desk, "a", [told(n, f"{said} {n}", hours(n)) for n in range(1, 4)])
    desk.turn_to(hours(5))
    annotate(desk)
    judged: list[int] = []
    from flows.steps import match as step

    real = step.judge_stances
    monkeypatch.setattr(step, "judge_stances", lambda pairs, **how: judged.append(len(pairs)) or real(pairs, **how))
    assert match(desk) == 3
    desk.turn_to(hours(6))
    put_claim(desk.con, Claim(claim_id="annan", statement="Kontoret flyttar till Luleå.", truth="", created_at=T0))
    assert match(desk) == 3
    assert judged[0] == 3 and judged[-1] == 0, "what was judged before is not judged again"
    found = list_matches(desk.con, claim_id="avgift")
    assert len(found) == 3 and all(m.stance and m.span_end for m in found)
    desk.turn_to(hours(7))
    put_claim(desk.con, Claim(claim_id="avgift", statement="Kunder som flyttar får böter.", truth="", created_at=T0))
    assert match(desk) == 3
    again = {m.post_key: m.score_lexical for m in list_matches(desk.con, claim_id="avgift")}
    assert all((again.get(m.post_key) or 0) < (m.score_lexical or 0) for m in found)
    assert judged[-1] == len(again), "another wording is another question"


def test_review_asks_where_the_model_is_least_sure_and_never_twice_the_same(desk: Desk) -> None:
    texts = [
        "Open Infra är nere",
        "Open Infra är nere!",
        "Tack Open Infra för snabb hjälp",
        "Open Infra höjer priset nu",
    ]
    land(desk, "a", [told(n, text, hours(n)) for n, text in enumerate(texts, 1)])
    desk.turn_to(hours(6))
    annotate(desk)
    found = to_review(desk.con, limit=10)
    assert len(found) == 3
    assert [post.doubt for post in found] == sorted((post.doubt for post in found), reverse=True)
    first = found[0]
    set_labels(desk.con, first.post_key, by="Anna", at=hours(7), relevant=True, sentiment="neutral", topics=["outage"])
    later = {post.post_key: post for post in to_review(desk.con, limit=10)}
    assert first.post_key not in later or later[first.post_key].doubt == later[first.post_key].stance


def test_labels_are_checked_whole_and_exported_as_training_reads_them(desk: Desk, tmp_path: Path) -> None:
    put_claim(desk.con, FEE)
    land(desk, "a", [told(n, f"Inlägg om Open Infra nummer {n}, fibern är nere", hours(n)) for n in range(1, 4)])
    keys = [post_key("forum", f"p{n}") for n in range(1, 4)]
    bad: list[dict[str, Any]] = [
        {},
        {"sentiment": "arg"},
        {"sentiment": "negative", "topics": ["fel"]},
        {"topics": ["other", "price"]},
        {"stances": {"okänd": "deny"}},
        {"sentiment": "negative", "stances": {"avgift": "nej"}},
    ]
    for given in bad:
        with pytest.raises(UsageError):
            set_labels(desk.con, keys[0], by="Anna", at=T0, **given)
    assert ask(desk, "SELECT count(*) FROM judgement") == [(0,)]
    set_labels(desk.con, keys[0], by="Anna", at=T0, topics=["outage"], stances={"avgift": "deny"})
    set_labels(desk.con, keys[1], by="Anna", at=T0, relevant=False)
    set_labels(desk.con, keys[2], by="Anna", at=T0, sentiment="negative")
    posts, claims = training_rows(desk.con, company="Open Infra")
    found = {post["id"]: post for post in posts}
    assert found[f"{keys[0]}-avgift"] == {
        "id": f"{keys[0]}-avgift",
        "text": "Inlägg om Open Infra nummer 1, fibern är nere",
        "is_relevant": True,
        "sentiment": None,
        "topics": ["outage"],
        "claim": "avgift",
        "stance": "deny",
        "split": claims[0]["split"],
        "company": "Open Infra",
    }
    assert (found[keys[1]]["is_relevant"], found[keys[1]]["topics"]) == (False, [])
    assert (found[keys[2]]["is_relevant"], found[keys[2]]["topics"]) == (True, None)
    for name, rows in (("fibre_posts_persons", posts), ("fibre_claims", claims)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    examples, _ = read_fibre(tmp_path)
    assert [(e.source, e.relevance, e.sentiment, e.topics is None) for e in examples] == [
        *(("fibre", e.relevance, e.sentiment, e.topics is None) for e in examples[:3]),
        ("fibre_pair", None, None, True),
    ]
    assert sorted((e.relevance, e.sentiment) for e in examples[:3] if e.sentiment is not None) == [(1, 0)]


def test_commands_say_what_they_did_and_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ryktesvakt.toml").write_text(
        f'[company]\nname = "Open Infra"\n[storage]\ndata = "data"\n[language]\nmodel = "{TINY}"\n', encoding="utf-8"
    )
    with a_desk(tmp_path / "data") as desk:
        put_claim(desk.con, FEE)
        land(desk, "a", rumour(10, 14, 1))
        one_pass(desk, hours(8))
        (candidate,) = list_candidates(desk.con, now=desk.now)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RYKTESVAKT_AUTHOR_KEY", raising=False)
    run = runner(monkeypatch, capsys)
    key = post_key("forum", "p10")
    steps: list[tuple[list[str], int, str]] = [
        (["claim", "candidates"], 0, candidate.cluster_id),
        (["claim", "dismiss", candidate.cluster_id, "--by", "Anna"], 0, "dismissed, says Anna"),
        (["claim", "dismiss", candidate.cluster_id, "--by", "Anna", "--undo"], 0, "a candidate again"),
        (["claim", "dismiss", "k0"], 1, "no candidate has the id 'k0'"),
        (["claim", "accept", candidate.cluster_id, "--statement", STATEMENT, "--verdict", "false"], 2, "add --by"),
        (["claim", "suggestions", "okänd"], 2, "no such claim is followed"),
        (["claim", "suggestions"], 0, "what matched"),
        (["claim", "confirm", "avgift", key, "--by", "Anna"], 0, "1 post confirmed"),
        (["claim", "matches", "avgift"], 0, "Anna"),
        (["claim", "reject", "avgift", "https://forum.example/10", "--by", "Anna"], 0, "1 post rejected"),
        (["claim", "confirm", "avgift", "ingen", "--by", "Anna"], 1, "no post has the key or address"),
        (["claim", "edit", "avgift"], 2, "say what to change"),
        (["claim", "edit", "avgift", "--truth", "Bara några."], 0, "changed"),
        (["claim", "remove", "avgift", "--by", "Anna"], 0, "claim restore avgift"),
        (["claim", "restore", "avgift", "--by", "Anna"], 0, "again"),
        (["label", "set", key, "--by", "Anna", "--sentiment", "arg"], 2, "negative"),
        (["label", "set", key, "--by", "Anna", "--stance", "avgift"], 2, "CLAIM=STANCE"),
        (["label", "set", key, "--by", "Anna", "--topics", "outage,support", "--irrelevant"], 0, "2 answers"),
        (["label", "list", key], 0, "outage"),
        (["label", "undo", key, "--by", "Anna", "--task", "topic"], 0, "outage, support"),
        (["label", "undo", key, "--by", "Anna", "--task", "sentiment"], 1, "nothing to take back"),
        (["label", "review"], 0, "post"),
        (["label", "export", "--out", "people.jsonl"], 0, "1 posts -> people.jsonl"),
        (["claim", "accept", candidate.cluster_id, "--statement", STATEMENT, "--by", "Anna"], 0, "posts are on it"),
        (["claim", "accept", candidate.cluster_id, "--statement", STATEMENT, "--by", "Anna"], 0, "posts are on it"),
    ]
    for arguments, status, says in steps:
        code, said = run(*arguments)
        assert (code, says in said) == (status, True), (arguments, said)
        assert "Traceback" not in said


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    monkeypatch.setattr("flows.cli.shared.console.width", 300, raising=False)

    def do(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ryktesvakt", *arguments])
        with pytest.raises(SystemExit) as stopped:
            app.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), " ".join((said.out + said.err).split())

    return do
