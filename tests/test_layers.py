"""The house's arrows: which room may import which."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("crawlers", "nlp", "earlywarning", "warehouse", "reports", "flows", "town")
ALLOWED = {
    "crawlers": ("warehouse.records",),
    "reports": ("warehouse.records",),
    "nlp": (),
    "earlywarning": (),
    "warehouse": (),
    "town": (),
    "flows": ROOMS,
}


def imports_of(path: Path) -> list[str]:
    """Return the absolute names of all modules that a file imports."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the room"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_what_the_design_allows(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imports_of(path)
        if name.split(".")[0] in ROOMS
        and not is_within(name, room)
        and not any(is_within(name, allowed) for allowed in ALLOWED[room])
    ]
    assert wrong == []


def test_only_flows_config_reads_the_environment() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path != ROOT / "flows" / "config.py" and ("os.environ" in (t := path.read_text()) or "getenv(" in t)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_logs_an_error_with_its_message_which_may_quote_a_post_or_a_secret(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if (call.func.attr == "exception" and getattr(call.func.value, "id", "") in ("log", "logger", "logging"))
        or any(keyword.arg == "exc_info" for keyword in call.keywords)
    ]
    assert wrong == []
