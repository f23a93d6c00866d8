"""Groups of posts that no claim explains: the same however they came, the post that speaks for them, their words."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.clusters import AWAKE_DAYS, JOIN, MERGE, Group, gather, medoid, terms
from nlp.company import Company
from nlp.encoder import Floats
from nlp.likeness import SLOTS, Ground, levelled, own_stems, places, rarity

SIZE = 3
GROUND = Ground(centre=np.zeros(SIZE, np.float32), unit=1.0)
NOBODY = Company(name="")


def put(*vectors: tuple[float, ...]) -> Floats:
    """Return places whose words say nothing, so that their inner products are cosines."""
    return places([""] * len(vectors), np.array(vectors, np.float32), ground=GROUND, company=NOBODY)


def gathered(vectors: Floats, days: list[float] | None = None, begun: list[Group] | None = None) -> list[Group]:
    return gather(vectors, days or [0.0] * len(vectors), size=SIZE, ground=GROUND, begun=begun or [])


def test_near_posts_gather_and_far_ones_begin_anew() -> None:
    assert gathered(put((1, 0, 0), (1, 0.1, 0), (0, 1, 0), (0, 1, 0.2), (0, 0, 1))) == [(0, 1), (2, 3), (4,)]


def test_groups_that_come_near_each_other_become_one() -> None:
    apart = (1, 0, 0), (0.2, 1, 0), (1, 0.1, 0), (0.2, 1, 0.1)
    assert gathered(put(*apart)) == [(0, 2), (1, 3)]
    assert gathered(put(*apart, *[(1, 1, 0)] * 6)) == [tuple(range(10))]


def test_an_old_story_that_comes_back_is_a_new_group() -> None:
    same = put((1, 0, 0), (1, 0, 0), (1, 0, 0))
    assert gathered(same, [0.0, AWAKE_DAYS, AWAKE_DAYS * 2]) == [(0, 1, 2)]
    assert gathered(same, [0.0, 1.0, AWAKE_DAYS + 2]) == [(0, 1), (2,)]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(*[st.integers(-3, 3)] * SIZE), min_size=1, max_size=40),
    st.lists(st.integers(0, 40), max_size=4),
    st.integers(0, 3),
)
def test_going_on_from_a_remembered_grouping_is_reading_anew(
    vectors: list[tuple[float, ...]], stops: list[int], day_step: int
) -> None:
    whole, days = put(*vectors), [float(n * day_step) for n in range(len(vectors))]
    begun: list[Group] = []
    for stop in sorted({min(stop, len(vectors)) for stop in stops}):
        begun = gathered(whole[:stop], days[:stop], begun)
    found = gathered(whole, days, begun)
    assert found == gathered(whole, days)
    assert sorted(post for group in found for post in group) == list(range(len(vectors)))


def test_a_post_that_was_not_judged_and_says_nothing_stands_alone() -> None:
    assert gathered(put((1, 0, 0), (0, 0, 0), (0, 0, 0))) == [(0,), (1,), (2,)]


def test_many_groups_fit() -> None:
    many = np.eye(300, SIZE + SLOTS, dtype=np.float32)
    assert len(gathered(many[SIZE:])) == 300 - SIZE


def test_the_medoid_is_the_central_post_the_earliest_of_equals() -> None:
    vectors = put((1, 0.2, 0), (1, 0, 0), (1, -0.2, 0), (1, 0, 0))
    assert medoid(vectors, (0, 1, 2, 3)) == 1
    assert medoid(vectors, (0, 2)) == 0


def test_terms_are_what_posts_share_and_others_do_not() -> None:
    company = Company(name="Open Infra")
    texts = [
        "Open Infras routrar överhettas varje natt",
        "min router överhettas, betala?",
        "routrar! Överhettas, betala",
    ]
    found = terms(texts, company)
    assert set(found) == {"överhettas", "routrar", "betala"}
    assert found[-1] == "betala", "a common word comes last"
    assert terms(["Bara ett ensamt inlägg"], company) != ()
    assert terms([], company) == ()


def test_quotes_and_names_are_not_likeness() -> None:
    company = Company(name="Open Infra", operators=("Telia",))
    texts = ["[quote]Routern brinner[/quote]\nOpen Infra tar betalt", "Routern brinner, Telia"]
    assert own_stems(texts[0], company) & own_stems(texts[1], company) == set()
    one, other = places(texts, np.zeros((2, SIZE), np.float32), ground=GROUND, company=company)
    assert one @ other == pytest.approx(0.0, abs=0.05)


def test_places_do_not_depend_on_their_neighbours_and_halves_weigh_what_they_should() -> None:
    texts = ["Routern brinner igen", "Ingen bonus till chefen", ""]
    vectors = np.array([[3, 4, 0], [0, 2, 0], [0, 0, 0]], np.float32)
    ground = Ground(centre=np.zeros(SIZE, np.float32), unit=0.25)
    whole = places(texts, vectors, ground=ground, company=NOBODY)
    for order in permutations(range(3)):
        again = places([texts[i] for i in order], vectors[list(order)], ground=ground, company=NOBODY)
        assert (again == whole[list(order)]).all()
    assert (whole[0] @ whole[0], whole[2] @ whole[2]) == (pytest.approx(1.25), 0.0)
    assert levelled(whole * 7, size=SIZE, ground=ground) == pytest.approx(whole)


def test_a_rare_word_weighs_more_and_no_word_less_than_nothing() -> None:
    assert rarity("routerbrandslarm") > rarity("avtal") > 0
    assert JOIN < MERGE
