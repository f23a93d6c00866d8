"""The written autumn: enough different posts, most of them about something else, and a rumour that spreads as one."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from town import END, START, Post, StoryError, World, build_world, read_claims, read_ledger
from town.places import PLACES
from town.story import STOCKHOLM, read_story, read_threads
from warehouse.records import Claim, Complaint, Mailing, Segment

MAIN = "maintenance-fee-all"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(1)


def day_of(post: Post) -> date:
    return post.posted_at.astimezone(STOCKHOLM).date()


def is_rumour(post: Post) -> bool:
    return any(stance in ("support", "query") for stance in post.truth.claims.values())


def grams(text: str, size: int = 5) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return {tuple(words[n : n + size]) for n in range(max(1, len(words) - size + 1))}


def test_there_are_many_different_posts_by_many_authors(world: World) -> None:
    assert len(world.posts) >= 500
    assert len({post.text.casefold() for post in world.posts}) == len(world.posts)
    assert len({post.author for post in world.posts}) >= 150


def test_no_post_is_a_variant_of_another(world: World) -> None:
    told = [(post.text, grams(post.text)) for post in world.posts]
    alike = [(a, b) for (a, x), (b, y) in combinations(told, 2) if len(x & y) >= 0.2 * len(x | y)]
    assert alike == []


def test_most_posts_are_about_something_else(world: World) -> None:
    about = sum(post.truth.is_about_company for post in world.posts)
    assert 200 <= about < len(world.posts) / 2


def test_the_story_keeps_to_its_autumn(world: World) -> None:
    told = [post for thread in world.threads if "(simulering)" not in thread.title for post in thread.posts]
    assert all(START <= post.posted_at < END for post in told)
    assert START.astimezone(STOCKHOLM).isoformat() == "2023-09-11T00:00:00+02:00"
    assert END.astimezone(STOCKHOLM).isoformat() == "2024-01-09T00:00:00+01:00"


def test_nobody_speaks_of_the_letter_before_it_came(world: World) -> None:
    first = min(day_of(post) for post in world.posts if post.truth.claims)
    assert first == date(2023, 10, 17)


def test_the_rumour_grows_peaks_in_november_falls_and_flares_up_once_more(world: World) -> None:
    rumour = Counter(day_of(post) for post in world.posts if is_rumour(post))

    def between(first: str, last: str) -> int:
        return sum(n for day, n in rumour.items() if first <= day.isoformat() <= last)

    weeks = [between("2023-10-16", "2023-10-22"), between("2023-10-23", "2023-10-29")]
    weeks += [between("2023-10-30", "2023-11-05"), between("2023-11-06", "2023-11-12")]
    assert weeks == sorted(weeks) and weeks[-1] > 5 * weeks[0]
    assert weeks[-1] > between("2023-11-13", "2023-11-19") > between("2023-11-20", "2023-11-26")
    assert between("2023-12-04", "2023-12-10") > 2 * between("2023-11-25", "2023-12-03")
    assert between("2023-12-24", "2024-01-08") == 0
    assert max(rumour.values()) >= 10


def test_people_write_in_the_evening(world: World) -> None:
    hours = Counter(post.posted_at.astimezone(STOCKHOLM).hour for post in world.posts)
    evening = sum(hours[hour] for hour in range(18, 23))
    assert evening > 0.5 * len(world.posts)
    assert sum(hours[hour] for hour in range(7)) < 0.1 * len(world.posts)


def test_every_place_carries_the_rumour_and_every_stance_is_taken(world: World) -> None:
    assert {post.place for post in world.posts if is_rumour(post)} == set(PLACES)
    stances = Counter(stance for post in world.posts for claim, stance in post.truth.claims.items() if claim == MAIN)
    assert all(stances[stance] >= 15 for stance in ("support", "deny", "query", "comment"))
    known = {claim["claim_id"] for claim in read_claims()}
    assert {claim for post in world.posts for claim in post.truth.claims} == known


def test_the_claim_also_reaches_customers_that_the_correction_never_goes_to(world: World) -> None:
    after = [post for post in world.posts if day_of(post) >= date(2023, 11, 16)]
    assert sum(post.truth.claims.get(MAIN) in ("support", "query") for post in after) >= 12


def test_the_truth_is_found_by_place_and_post_id(world: World) -> None:
    assert len(world.truth) == len(world.posts)
    post = next(post for post in world.posts if post.truth.claims)
    assert world.truth[post.place, str(post.post_id)] is post.truth


def test_homonyms_and_other_companies_are_not_the_company(world: World) -> None:
    others = [post.text.casefold() for post in world.posts if not post.truth.is_about_company]
    for name in ("telia", "globalconnect", "bahnhof", "tele2", "openinfra", "öppen infra", "openstack"):
        assert any(name in text for text in others), name


def test_personal_data_is_invented_and_marked(world: World) -> None:
    marked = [pair for post in world.posts for pair in post.truth.personal]
    assert {kind for kind, _ in marked} >= {"phone", "email", "person", "street_address", "customer_number"}
    phones = [words for kind, words in marked if kind == "phone"]
    assert all(words.startswith("070-17406") for words in phones)  # the range kept for fiction
    assert all(words.endswith("@example.com") for kind, words in marked if kind == "email")
    unmarked = [p for p in world.posts if ("@example.com" in p.text or "070-1" in p.text) and not p.truth.personal]
    assert unmarked == []


def test_the_ledger_holds_the_warehouses_records() -> None:
    claims = [Claim(**row) for row in read_claims()]
    ledger = read_ledger()
    segments = [Segment(**row) for row in ledger["segment"]]
    mailings = [Mailing(**row) for row in ledger["mailing"]]
    complaints = [Complaint(**row) for row in ledger["complaint"]]
    names = {segment.segment for segment in segments}
    assert {name for claim in claims for name in claim.segments} <= names
    assert {mailing.segment for mailing in mailings} <= names
    assert all(mailing.sent_at.tzinfo and "imulera" in mailing.text for mailing in mailings)
    assert {c.period_end - c.period_start for c in complaints} == {timedelta(days=6)}
    assert {c.period_start.weekday() for c in complaints} == {0}


def test_the_correction_goes_only_to_those_who_got_the_letter() -> None:
    mailings = {row["mailing_id"]: row for row in read_ledger()["mailing"]}
    corrections = [row for row in mailings.values() if row.get("corrects")]
    assert [row["corrects"] for row in corrections] == [MAIN]
    assert corrections[0]["segment"] == mailings["2023-10-wrong-letter"]["segment"]


def test_complaints_rise_after_the_rumour_and_fall_at_new_year() -> None:
    ko = {row["period_start"]: row["complaint_count"] for row in read_ledger()["complaint"] if row["channel"] == "ko"}
    assert max(ko, key=ko.__getitem__) > date(2023, 11, 6)
    assert ko[date(2024, 1, 1)] <= 2 < max(ko.values())


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('colour = "red"', "unknown key"),
        ('about = true\ntopics = ["gossip"]', "unknown topic"),
        ("about = true", "have one at least"),
        ('sentiment = "negative"', "sentiment"),
        ('claims = { c = "support" }', "claims"),
        ('quote = "Ingen"', "has not written yet"),
        ('personal = [["phone", "112"]]', "personal"),
    ],
)
def test_a_slip_of_the_pen_is_told(row: str, problem: str) -> None:
    text = f'[[thread]]\nkey = "k"\nplace = "p"\ntitle = "t"\n[[thread.post]]\nauthor = "a"\n{row}\n'
    text += 'at = 2023-10-01 12:00:00\ntext = "hej"\n'
    with pytest.raises(StoryError, match=f"(?s)slip.toml: k.*{problem}"):
        read_threads({"slip.toml": text})


def test_a_later_file_goes_on_with_a_thread() -> None:
    keys = [thread.key for thread in read_story()]
    assert len(keys) == len(set(keys))
    company = next(thread for thread in read_story() if thread.key == "ts-open-infra-samling")
    assert (
        company.posts[0].at
        < datetime(2023, 10, 1, tzinfo=UTC)
        < datetime(2023, 12, 1, tzinfo=UTC)
        < company.posts[-1].at
    )
