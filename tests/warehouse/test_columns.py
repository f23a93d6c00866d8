"""Lines that are read at once say what they would say one by one: the fast reader may refuse, never differ."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.landings import T0, a_post, fresh, hours
from warehouse import columns
from warehouse.keys import author_subject, post_key, title_subject
from warehouse.landing import Block, LandingFile
from warehouse.records import Deletion, Quote, to_line
from warehouse.staging import stage

FILE = LandingFile(landing_key="k", name="forum/1", byte_count=1)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -0.0, 1.5, 2**63, -(2**63), 10**30, "", "1", [], {}, [None], [[]], [{}], ["a", None]),
    *("\x00", "\ud800", "å\u2028", "\U0001f600", "2023-10-02", "2023-10-02T06", "2023-10-02T06:00:00"),
    *("2023-10-02T06:00Z", "2023-10-02 06:00:00.123456+0100", "2023-10-02T06:00:00.1234567+01:00"),
    *("2023-10-02T24:00:00Z", "2023-13-02T06:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
    *("2023-10-02T06:00:00+24:00", "2023-10-02T06:00:60Z", "2023-W40-1T06:00:00Z", "20231002T060000Z"),
    *(
        [{"text": "x", "post_id": None, "author_key": "a"}],
        [{"text": None}],
        [{"text": "x", "other": 1}],
        [{"text": 1}],
    ),
)
RAW = (
    *(b"", b" ", b"{}", b"[]", b"null", b'{"record": "post", "source": "', b'{"record": "post", "source": "x"}'),
    *(b"\xff", b'{"record": "post", "source": "\xff"}', b"\x00", b'{"a": 1}{"b": 2}', b"NaN"),
)


@pytest.fixture(scope="module")
def plain() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the macros that the readers use."""
    with tempfile.TemporaryDirectory() as folder, fresh(Path(folder)) as con:
        yield con


def posts() -> st.SearchStrategy[bytes]:
    quote = st.builds(lambda text, key: Quote(text=text, author_key=key), st.text(max_size=3), st.none() | st.just("a"))
    return st.builds(
        lambda number, text, seen, quoted: to_line(
            a_post(number, text=text, seen_at=hours(seen), quoted=tuple(quoted), redactions=("phone",) * (number % 2))
        ).encode("utf-8", "surrogatepass"),
        st.integers(1, 4),
        st.text(max_size=5),
        st.integers(0, 3),
        st.lists(quote, max_size=2),
    )


def spoilt() -> st.SearchStrategy[bytes]:
    """Return posts with one field changed, left out, doubled or added."""

    def change(field: str, value: Any, ensure_ascii: bool, cut: int | None) -> bytes:
        values = {**json.loads(to_line(a_post(1))), field: value}
        if cut is not None:
            values.pop(sorted(values)[cut % len(values)])
        return json.dumps(values, ensure_ascii=ensure_ascii).encode("utf-8", "surrogatepass")

    fields = [*json.loads(to_line(a_post(1))), "other"]
    return st.builds(
        change, st.sampled_from(fields), st.sampled_from(ODD), st.booleans(), st.none() | st.integers(0, 20)
    )


def doubled() -> st.SearchStrategy[bytes]:
    line = to_line(a_post(1)).encode()
    return st.sampled_from(
        [line + line, line[:-1] + b', "text": "annan"}', line + b" ", b" " + line, line[:-1], line + b"\r"]
    )


def lines() -> st.SearchStrategy[list[bytes]]:
    gone = st.just(to_line(Deletion(source="forum", post_id="p1", seen_at=T0)).encode())
    odd = spoilt() | doubled() | st.sampled_from(RAW) | gone
    return st.lists(posts() | posts() | odd, max_size=8).map(lambda found: [raw for raw in found if b"\n" not in raw])


def staged(
    con: duckdb.DuckDBPyConnection, raws: list[bytes], least: int, erased: frozenset[str]
) -> dict[str, pa.Table]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "LEAST_LINES", least)
        found = stage(con, [(FILE, [Block(number=1, raws=raws)])], run_id="r", erased=erased)
    order = {
        name: [(c, "ascending") for c in ("nth", "line_number", "quote_number") if c in t.column_names]
        for name, t in found.items()
    }
    return {
        name: table.sort_by(order[name]).combine_chunks() if order[name] else table for name, table in found.items()
    }


ERASED = (
    frozenset[str](),
    frozenset({author_subject("author-1"), post_key("forum", "p2"), author_subject("a"), title_subject("forum", "t0")}),
)


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(raws=lines(), erased=st.sampled_from(ERASED))
def test_at_once_is_one_by_one(plain: duckdb.DuckDBPyConnection, raws: list[bytes], erased: frozenset[str]) -> None:
    fast, careful = (staged(plain, raws, least, erased) for least in (1, 10**9))
    assert fast.keys() == careful.keys()
    assert {name: table.to_pylist() for name, table in fast.items()} == {
        name: table.to_pylist() for name, table in careful.items()
    }


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("field", ["text", "posted_at", "view_count", "quoted", "redactions", "edited_at", "record"])
def test_an_odd_value_is_taken_the_same_way(plain: duckdb.DuckDBPyConnection, field: str, value: Any) -> None:
    line = json.dumps({**json.loads(to_line(a_post(1))), field: value}, ensure_ascii=False)
    raws = [to_line(a_post(n)).encode() for n in (2, 3)] + [line.encode("utf-8", "surrogatepass")]
    fast, careful = (staged(plain, raws, least, frozenset()) for least in (1, 10**9))
    assert {n: t.to_pylist() for n, t in fast.items()} == {n: t.to_pylist() for n, t in careful.items()}


def test_one_bad_line_costs_only_its_neighbourhood(plain: duckdb.DuckDBPyConnection) -> None:
    raws = [to_line(a_post(n)).encode() for n in range(1000)]
    raws[700] = raws[700].replace(b'"view_count": null', b'"view_count": "many"')
    found = columns.read_columns(plain, raws, erased=pa.table({"subject_key": pa.array([], pa.string())}), nth=1)
    assert found is not None
    assert 1000 - 2 * columns.LEAST_LINES < len(found.places) < 1000
    assert 700 not in found.places
    assert found.posts["nth"].to_pylist() == [place + 1 for place in found.places]
