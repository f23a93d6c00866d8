"""The forms that can be sent: each is checked, journalled with who and when, and shown as waiting at once."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from earlywarning.errors import EarlyWarningError
from flows.board import pages
from flows.board.accounts import check_password, file_of, list_accounts
from flows.board.asking import Asking, show
from flows.board.guard import own_page
from flows.complaints import read_file
from flows.decisions import forms, journal
from flows.decisions.forms import Checked, FormError
from flows.decisions.journal import Decision
from flows.errors import UsageError
from warehouse import board_rows

LONGEST_CSV = 200_000
"""Bytes: decades of counts."""
Check = Callable[[Asking], Checked]


def _decide(check: Check) -> Callable[[Asking], Response]:
    """Wrap a check of a form: what passes it is journalled and confirmed, what does not is said in one sentence."""

    def answer(asking: Asking) -> Response:
        try:
            by = _signer(asking)
            checked = check(asking)
        except FormError as error:
            said = asking.board.speech.t(error.key, **error.values)
            return pages.message(asking, "wrong", 422, lines=said.split("\n"), back=_back(asking))
        decision = Decision(
            decision_id=journal.new_id(),
            kind=checked.kind,
            subject_id=checked.subject_id,
            given=checked.given,
            by=by,
            at=datetime.now(UTC),
            undoes=checked.given.get("decision_id") if checked.kind == "undo" else None,
        )
        journal.append(journal.file_of(asking.board.paths), decision)
        said = asking.board.speech.t("decisions.saved_undo" if checked.kind == "undo" else "decisions.saved")
        asking.session.said.append(("good", said, None if checked.kind == "undo" else decision.decision_id))
        return RedirectResponse(_back(asking), 303)

    return answer


def _signer(asking: Asking) -> str:
    """Return who decides: the account, or on a board without login the name that was entered."""
    if asking.board.config.board.login != "none":
        return forms.signer(asking.user or "")
    by = forms.signer(str(asking.form.get("by", "")))
    asking.session.user = by
    return by


def _alert(asking: Asking) -> Checked:
    alert_id, _, state = str(asking.form.get("act", "")).partition("=")  # one form has the buttons of all alerts
    given = {**asking.form, "alert_id": alert_id, "state": state} if alert_id else asking.form
    return forms.alert(given, asking.sight().facts())


def _verdict(asking: Asking) -> Checked:
    return forms.verdict(asking.form, asking.sight().facts())


def _label(asking: Asking) -> Checked:
    return forms.label(asking.form, asking.sight().facts(has_post=_has_post(asking)))


def _match(asking: Asking) -> Checked:
    return forms.match(asking.form, asking.sight().facts(has_post=_has_post(asking)))


def _accept(asking: Asking) -> Checked:
    return forms.accept(asking.form, asking.sight().facts())


def _dismiss(asking: Asking) -> Checked:
    return forms.dismiss(asking.form, asking.sight().facts())


def _mailing(asking: Asking) -> Checked:
    return forms.mailing(asking.form, asking.sight().facts(), number=secrets.token_hex(3))


def _complaints(asking: Asking) -> Checked:
    content = asking.form.get("file", b"")
    if not isinstance(content, bytes) or len(content) > LONGEST_CSV:
        raise FormError("problem.long")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "klagomal.csv"
        file.write_bytes(content)
        try:
            found = read_file(file)
        except (UsageError, EarlyWarningError) as error:
            raise FormError("problem.csv", why=str(error).replace(f"{folder}/", "")) from error
    text = content.decode("utf-8-sig", errors="replace") if _is_utf8(content) else content.decode("windows-1252")
    given = {"file_name": "klagomal.csv", "content": text, "period_count": len(found.counts)}
    return Checked("complaints", "klagomal.csv", given)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _undo(asking: Asking) -> Checked:
    found = {row.decision_id: row for row in asking.board.rows(asking.sight().snapshot)}
    row = found.get(str(asking.form.get("decision_id", "")))
    undone = {one.undoes for one in found.values() if one.outcome != "refused"}
    if row is None or row.kind == "undo" or row.outcome not in ("pending", "done") or row.decision_id in undone:
        raise FormError("problem.undo")
    return Checked("undo", row.subject_id, {"decision_id": row.decision_id})


def _has_post(asking: Asking) -> bool:
    key = str(asking.form.get("post_key", ""))
    found = asking.sight().snapshot.kept(("post", key), lambda con: board_rows.get_post(con, key))
    return bool(found and found[0].text is not None)


def login(asking: Asking) -> Response:
    """Let somebody in whose password is right; slow down who guesses."""
    board, name = asking.board, str(asking.form.get("user", ""))[:80]
    if board.config.board.login != "accounts":
        return pages.not_found(asking)
    if (wait := board.brake.wait_seconds(name, asking.address)) > 0:
        board.log("login_slowed", name, asking.address)
        return _refused(asking, board.speech.t("login.slow", minutes=max(1, round(wait / 60))), 429)
    account = check_password(list_accounts(file_of(board.paths)), name, str(asking.form.get("password", ""))[:1000])
    if account is None:
        board.brake.failed(name, asking.address)
        board.log("login_failed", name, asking.address)
        return _refused(asking, board.speech.t("login.wrong"), 403)
    board.brake.passed(name)
    board.log("login", name, asking.address)
    board.sessions.end(asking.session)
    asking.session = board.sessions.start(user=account.name, role=account.role)
    return RedirectResponse(_back(asking), 303)


def logout(asking: Asking) -> Response:
    """End a session."""
    asking.board.log("logout", asking.user or "", asking.address)
    asking.board.sessions.end(asking.session)
    asking.session = asking.board.sessions.start()
    return RedirectResponse("/logga-in", 303)


POST: tuple[tuple[str, Callable[[Asking], Response], str | None], ...] = (
    ("/beslut/larm", _decide(_alert), "editor"),
    ("/beslut/bedomning", _decide(_verdict), "editor"),
    ("/beslut/etikett", _decide(_label), "editor"),
    ("/beslut/traff", _decide(_match), "editor"),
    ("/beslut/kandidat", _decide(_accept), "editor"),
    ("/beslut/avfarda", _decide(_dismiss), "editor"),
    ("/beslut/utskick", _decide(_mailing), "editor"),
    ("/beslut/klagomal", _decide(_complaints), "editor"),
    ("/beslut/angra", _decide(_undo), "editor"),
    ("/logga-in", login, None),
    ("/logga-ut", logout, "reader"),
)
"""Address, what answers there, and who may send it."""


def _refused(asking: Asking, problem: str, status: int) -> Response:
    return show(asking, "login", status, problem=problem, back=_back(asking))


def _back(asking: Asking) -> str:
    """Return the page of ours that a form was on; never an address elsewhere."""
    return own_page(str(asking.form.get("back", "/")))
