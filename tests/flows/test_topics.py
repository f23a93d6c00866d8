"""Topics have an alarm of their own: its name, its life, its part of the promise, and what a claim explains of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.config import validate
from flows.desk import Desk
from flows.errors import ConfigError
from flows.promise import settings_of, share_of
from flows.steps.alert import AlertReport, alert
from flows.steps.annotate import annotate
from flows.steps.match import match
from flows.steps.race import race
from flows.steps.watch import watch
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import hours
from warehouse.alerts import alert_events, list_alerts, set_alert_state
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.ledger import put_claim
from warehouse.records import Alert, Claim, Post
from warehouse.topics import topic_posts
from warehouse.watching import get_states

WORDS = ("faktura", "router", "gräva", "kabel", "villa", "hyra", "telefon", "brev", "trappa", "garage", "ort", "moms")


def grumble(first: int, count: int, began: float, **changes: Any) -> list[Post]:
    """Return posts of different words, twenty minutes apart, each by an author of its own."""
    return [
        told(n, f"Open Infra, {WORDS[n % 12]} nummer {n} igen.", hours(began + (n - first) / 3), **changes)
        for n in range(first, first + count)
    ]


def labelled(desk: Desk, posts: Iterable[Post], *, mood: str = "negative", topic: str = "price") -> None:
    """Land posts as a person reads them."""
    posts = list(posts)
    land(desk, f"p{posts[0].post_id}", posts)
    for post in posts:
        key = post_key("forum", post.post_id)
        for task, label in (("relevance", "relevant"), ("sentiment", mood), ("topic", topic)):
            judge(desk.con, key, task=task, labels=[label], by="Anna", at=post.seen_at)


def on_claim(desk: Desk, posts: Iterable[Post], claim: str = "om") -> None:
    for post in posts:
        key = post_key("forum", post.post_id)
        judge(desk.con, key, task="stance", labels=["support"], claim_id=claim, by="Anna", at=post.seen_at)


def a_pass(desk: Desk, at: float) -> AlertReport:
    """Do a pass without clusters: what people say alike is not what is asked here."""
    desk.turn_to(hours(at))
    annotate(desk)
    match(desk)
    found = watch(desk)
    return alert(desk, found, race(desk, found))


def topics_of(report: AlertReport) -> list[Alert]:
    """Return the topics' alerts that are news, each as it was told last."""
    return list({one.alert_id: one for one in report.news if one.kind == "topic"}.values())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path / "data") as opened:
        put_claim(opened.con, Claim(claim_id="om", statement="Alla ska betala.", truth="Nej.", created_at=hours(-900)))
        quiet = [told(n, f"Open Infra, {WORDS[n]} förra månaden.", hours(-800 + 150 * n)) for n in range(4)]
        labelled(opened, quiet)
        yield opened


def test_more_complaints_on_a_topic_are_told_once_by_its_name(desk: Desk) -> None:
    assert not topics_of(a_pass(desk, 0))
    labelled(desk, grumble(100, 12, 20))
    (first,) = topics_of(a_pass(desk, 26))
    assert (first.subject_id, first.state) == ("topic:price", "new")
    assert "om ämnet pris och avgifter" in first.reason
    assert not topics_of(a_pass(desk, 27)), "told once"
    set_alert_state(desk.con, first.alert_id, "acknowledged", by="Anna", at=desk.now)
    labelled(desk, grumble(200, 40, 28))
    assert {one.alert_id for one in topics_of(a_pass(desk, 44))} <= {first.alert_id}, "graver at most"
    assert [one.kind for one in list_alerts(desk.con, open_only=True)].count("topic") == 1
    events = [event["event"] for event in alert_events(desk.con, first.alert_id)]
    assert events[:3] == ["raised", "escalated", "acknowledged"]


@pytest.mark.parametrize("case", ["praise", "one_author", "other_topic", "ours", "off"])
def test_what_is_no_discontent_raises_nothing(tmp_path: Path, case: str) -> None:
    with a_desk(tmp_path / "data") as desk:
        company = desk.config.company
        if case == "ours":
            from crawlers.pseudonym import author_key

            company = company.model_copy(update={"accounts": tuple(f"konto{n}" for n in range(100, 115))})
        topics = desk.config.topics.model_copy(update={"watched": () if case == "off" else ("price",)})
        desk.config = desk.config.model_copy(update={"topics": topics, "company": company})
        posts = grumble(100, 15, 20, **({"author_key": "one"} if case == "one_author" else {}))
        if case == "ours":
            ours = [author_key(desk.secret, "forum", f"konto{n}") for n in range(100, 115)]
            posts = [replace(post, author_key=key) for post, key in zip(posts, ours, strict=True)]
        a_pass(desk, 0)
        other = {"praise": {"mood": "positive"}, "other_topic": {"topic": "other"}}
        labelled(desk, posts, **other.get(case, {}))
        assert not topics_of(a_pass(desk, 26))


def test_what_an_open_claim_explains_is_noted_there_and_not_told_twice(desk: Desk) -> None:
    a_pass(desk, 0)
    posts = grumble(100, 12, 20)
    labelled(desk, posts)
    on_claim(desk, posts[:10])
    report = a_pass(desk, 26)
    assert {one.kind for one in report.news} & {"alarm", "topic"} == {"alarm"}
    (raised,) = [one for one in list_alerts(desk.con, open_only=True) if one.kind == "alarm"]
    assert raised.topics == ("price",)
    # Others than those of the claim write on: that is news of the topic.
    others = grumble(300, 30, 30)
    labelled(desk, others)
    (own,) = topics_of(a_pass(desk, 42))
    assert own.subject_id == "topic:price"


def test_a_topics_alert_that_a_later_claim_explains_is_closed_by_itself(desk: Desk) -> None:
    a_pass(desk, 0)
    posts = grumble(100, 12, 20)
    labelled(desk, posts)
    (own,) = topics_of(a_pass(desk, 26))
    on_claim(desk, posts)
    labelled(desk, grumble(150, 1, 27))
    report = a_pass(desk, 29)
    assert "alarm" in {one.kind for one in report.news}
    closed = {one.alert_id: one for one in list_alerts(desk.con)}[own.alert_id]
    assert closed.state == "handled"
    assert alert_events(desk.con, own.alert_id)[-1]["happened_by"] == "ryktesvakt"
    assert [one.topics for one in list_alerts(desk.con, open_only=True) if one.kind == "alarm"] == [("price",)]


def test_passes_in_parts_end_as_one_and_keep_a_small_state(tmp_path: Path) -> None:
    posts, ends = grumble(100, 12, 20), []
    for passes in ((0, 22, 23, 26, 30), (0, 30)):
        with a_desk(tmp_path / str(len(ends))) as desk:
            labelled(desk, posts)
            for at in passes:
                a_pass(desk, at)
            state = get_states(desk.con, now=desk.now)["watch-topics"][1]
            ends.append(state["watch"]["claims"]["topic:price"]["ledger"])
            labelled(desk, grumble(900, 1, 700))
            a_pass(desk, 702)
            later = get_states(desk.con, now=desk.now)["watch-topics"][1]
            assert len(later["taken"]) == len(later["watch"]["claims"]["topic:price"]["ledger"]) == 1
    assert ends[0] == ends[1] and len(ends[0]) == 12


def test_the_last_days_are_read_without_the_posts_before(desk: Desk) -> None:
    labelled(desk, grumble(100, 12, 20))
    labelled(desk, grumble(200, 5, -300))
    desk.turn_to(hours(30))
    since = desk.now - timedelta(days=8)
    short = topic_posts(desk.con, ["price"], now=desk.now, posted_after=since)
    whole = topic_posts(desk.con, ["price"], now=desk.now, posted_after=hours(-2000))
    assert short == [post for post in whole if post.posted_at > since]
    assert (len(short), len(whole)) == (12, 21)
    assert topic_posts(desk.con, [], now=desk.now, posted_after=since) == []


def test_claims_clusters_and_topics_share_one_promise(desk: Desk) -> None:
    plain = desk.config
    none = plain.model_copy(update={"topics": plain.topics.model_copy(update={"watched": ()})})
    for config, names in ((plain, ("claims", "clusters", "topics")), (none, ("claims", "clusters"))):
        assert sum(share_of(config, name) for name in names) == pytest.approx(1.0)
        parts = [settings_of(config, name) for name in names]
        budget = config.budget
        assert sum(720 / part.watch_hours for part in parts) == pytest.approx(budget.watch_per_month)
        assert sum(720 / part.warning_hours for part in parts) == pytest.approx(budget.warning_per_month)
    assert share_of(none, "topics") == 0.0


def test_a_topic_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such topic: fees; the topics are terms, "):
        validate({"company": {"name": "X"}, "topics": {"watched": ["price", "fees"]}}, where="t")
