"""The pages that can be read: each takes a request apart, asks for its view and renders it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from flows.board import saying, views, whatif
from flows.board.asking import Asking, Board, as_day, show
from flows.board.guard import DIGEST_POLICY
from flows.board.sight import Sight
from flows.board.store import NoSnapshotError
from flows.decisions import journal
from reports.board.render import STATIC, render, static_file, static_version
from reports.swedish import SENTIMENTS, STANCES, TOPICS
from warehouse.records import Race
from warehouse.records.board import DecisionRow, PostQuery

LONGEST_WORDS = 100
AUDIT_SHOWN = 100
FOR_EVER = "public, max-age=31536000, immutable"


def overview(asking: Asking) -> Response:
    """The first page: how things stand."""
    days = views.digest_days(asking.board.paths.digests)
    return show(asking, "overview", **views.overview(asking.sight(), newest=days[0] if days else None))


def claims(asking: Asking) -> Response:
    """All claims, and what may be new ones."""
    return show(asking, "claims", **views.claims(asking.sight()))


def claim(asking: Asking) -> Response:
    """One claim: race, spread, posts, verdicts, mailings."""
    asked, sight = asking.request.query_params, asking.sight()
    claim_id = asking.request.path_params["claim_id"]
    stance = asked.get("hallning") if asked.get("hallning") in (*STANCES, "forslag") else None
    found = views.claim(sight, claim_id, segment=asked.get("grupp"), stance=stance, place=_place(asked))
    if found is None:
        return not_found(asking)
    way, hours = _asked_way(asking)
    answer = _answer(asking, sight, found["race"], way, hours) if "svar" in asked and found["race"] else None
    values: dict[str, Any] = {"ways": list(whatif.WAYS), "way": way, "hours": hours, "answer": answer}
    return show(asking, "claim", **found, **values, whatif_said=whatif.when(hours, sight.speech))


def what_if(asking: Asking) -> Response:
    """What one more answer would give: a part of the claim's page."""
    sight, claim_id = asking.sight(), asking.request.path_params["claim_id"]
    segment = asking.request.query_params.get("grupp")
    races = [r for r in sight.digest().races if r.claim_id == claim_id and r.segment.segment == segment]
    if not races:
        return not_found(asking)
    way, hours = _asked_way(asking)
    return HTMLResponse(render("_answer", speech=sight.speech, answer=_answer(asking, sight, races[0], way, hours)))


def posts(asking: Asking) -> Response:
    """Search among the posts about the company."""
    asked, sight = asking.request.query_params, asking.sight()
    query = PostQuery(
        words=asked.get("ord", "").strip()[:LONGEST_WORDS],
        source=asked.get("kalla") or None,
        sentiment=_known(asked.get("ton"), SENTIMENTS),
        topic=_known(asked.get("amne"), TOPICS),
        claim_id=_known(asked.get("pastaende"), sight.claims()),
        stance=_known(asked.get("hallning"), STANCES),
        first_day=as_day(asked.get("fran")),
        last_day=as_day(asked.get("till")),
        **_place(asked),
    )
    found = views.search(sight, query, is_further="vidare" in asked)
    kept = {name: value for name, value in asked.items() if value and name not in ("fore", "efter", "vidare")}
    older = further = None
    if found["is_full"]:
        older = urlencode({**kept, **views.place_of(found["posts"][-1])})
    elif found["read_from"]:
        further = urlencode({**kept, "fore": found["read_from"].isoformat(), "vidare": "1"})
    return show(asking, "posts", **found, older=older, further=further)


def post(asking: Asking) -> Response:
    """One post, and a form to correct how it is read."""
    found = views.post(asking.sight(), asking.request.path_params["post_key"])
    return show(asking, "post", **found) if found else not_found(asking)


def sources(asking: Asking) -> Response:
    """How each source does."""
    return show(asking, "sources", **views.sources(asking.sight()))


def complaints(asking: Asking) -> Response:
    """Complaints by period."""
    return show(asking, "complaints", **views.complaints(asking.sight()))


def models(asking: Asking) -> Response:
    """How good the models are."""
    return show(asking, "models", **views.models(asking.sight()))


def archive(asking: Asking) -> Response:
    """The days that have a digest."""
    days = views.digest_days(asking.board.paths.digests)
    return show(asking, "archive", **views.archive(days, asking.board.speech))


def digest(asking: Asking) -> Response:
    """One day's digest, as it was written: a page of its own that may run and send nothing."""
    day = as_day(asking.request.path_params["day"])
    file = asking.board.paths.digests / f"{day}.html"
    if day is None or not file.is_file():
        return message(asking, "missing", 404, lines=[asking.board.speech.t("archive.missing")], back="/arkiv")
    return HTMLResponse(file.read_text(encoding="utf-8"), headers={"Content-Security-Policy": DIGEST_POLICY})


def decisions(asking: Asking) -> Response:
    """What people have decided, what came of it, and a way to take it back."""
    sight, board = asking.sight(), asking.board
    found = board.rows(sight.snapshot)
    undone = {row.undoes for row in found if row.undoes and row.outcome != "refused"}
    by_id = {row.decision_id: row for row in found}
    rows = [_decision(row, by_id, undone, sight) for row in found]
    audit = journal.read_lines(journal.audit_file_of(board.paths))[-AUDIT_SHOWN:][::-1] if asking.can("admin") else []
    seen = [{**one, "at": datetime.fromisoformat(one["at"])} for one in audit]
    return show(asking, "decisions", rows=rows, audit=seen)


def login(asking: Asking) -> Response:
    """The form to log in by."""
    if asking.role is not None:
        return Response(status_code=303, headers={"Location": "/"})
    return show(asking, "login", problem=None, back=asking.request.query_params.get("till", "/"))


def not_found(asking: Asking) -> Response:
    """Say that there is no such page."""
    return message(asking, "missing", 404)


def message(asking: Asking, key: str, status: int, *, lines: list[str] | None = None, back: str = "/") -> Response:
    """Say in one sentence what is the matter, and what to do."""
    speech = asking.board.speech
    said = lines or [speech.t(f"base.{key}_why")]
    return show(asking, "message", status, title=speech.t(f"base.{key}"), lines=said, back=back)


def health(board: Board) -> Response:
    """Say to a monitor, in one line and without a login, whether pages can be shown: 200, else 503."""
    try:
        board.store.current()
    except NoSnapshotError as error:
        return PlainTextResponse(board.speech.t(f"base.{error.key}_why") + "\n", 503)
    return PlainTextResponse("ok\n")


def static(request: Request) -> Response:
    """Return a file that pages load; its address changes when any of them does, so that it can be kept."""
    name = request.path_params["name"]
    if name not in STATIC or request.path_params["version"] != static_version():
        return Response(status_code=404)
    return Response(static_file(name), media_type=STATIC[name], headers={"Cache-Control": FOR_EVER})


def favicon(_: Request) -> Response:
    """Return the picture that browsers ask for by themselves."""
    return Response(static_file("favicon.svg"), media_type=STATIC["favicon.svg"])


GET: tuple[tuple[str, Callable[[Asking], Response], str, str | None], ...] = (
    ("/", overview, "overview", "reader"),
    ("/pastaenden", claims, "claims", "reader"),
    ("/pastaenden/{claim_id}", claim, "claims", "reader"),
    ("/pastaenden/{claim_id}/tankom", what_if, "claims", "reader"),
    ("/inlagg", posts, "posts", "reader"),
    ("/inlagg/{post_key}", post, "posts", "reader"),
    ("/kallor", sources, "sources", "reader"),
    ("/klagomal", complaints, "complaints", "reader"),
    ("/arkiv", archive, "archive", "reader"),
    ("/rapport/{day}", digest, "archive", "reader"),
    ("/modeller", models, "models", "reader"),
    ("/beslut", decisions, "decisions", "reader"),
    ("/logga-in", login, "", None),
)
"""Address, what answers there, its place in the menu, and who may see it."""
OWN = (archive, digest, decisions, login)
"""What is made for each who asks: files as they stand, even where no tables can be read, and a page that ends with the
log of who came in."""


def _decision(row: DecisionRow, by_id: dict[str, DecisionRow], undone: set[str], sight: Sight) -> dict[str, Any]:
    original = by_id.get(row.undoes or "")
    said = (
        sight.speech.t("decisions.say_undo", what=saying.said_of(original, sight))
        if original
        else saying.said_of(row, sight)
    )
    is_undone = row.decision_id in undone
    return {
        "id": row.decision_id,
        "at": row.decided_at,
        "by": row.decided_by,
        "said": said,
        "outcome": "withdrawn" if is_undone and row.outcome == "pending" else row.outcome,
        "detail": row.detail if row.outcome == "refused" else "",
        "can_undo": row.kind != "undo" and row.outcome in ("pending", "done") and not is_undone,
    }


def _answer(asking: Asking, sight: Sight, race: Race, way: str, hours: int) -> dict[str, Any]:
    found = whatif.what_if(sight, race, way, hours)
    if found is None:
        return {"said": sight.speech.t("whatif.unknown"), "than": "", "rows": [], "most": 1.0}
    return whatif.shown(found, way, hours, sight.speech)


def _asked_way(asking: Asking) -> tuple[str, int]:
    asked = asking.request.query_params
    way = asked.get("svar", "")
    hours = asked.get("timmar", "0")
    return way if way in whatif.WAYS else "email", min(whatif.MOST_HOURS, int(hours)) if hours.isdecimal() else 0


def _known(value: str | None, known: Any) -> str | None:
    return value if value in known else None


def _place(asked: QueryParams) -> dict[str, Any]:
    """Return where the page before ended: a moment, and the last of its posts."""
    return {"before": _moment(asked.get("fore")), "after_key": asked.get("efter") or None}


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
