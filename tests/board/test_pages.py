"""Every page says what it should, in both languages, and shows hostile words as words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import altair
import duckdb
import pytest
from starlette.testclient import TestClient

from flows.board import pages
from reports.board.speech import catalogue
from tests.board.conftest import Reader, browser, send
from tests.board.scenes import DAYS, MAIN

PAGES = ("/", "/pastaenden", f"/pastaenden/{MAIN}", "/inlagg", "/kallor", "/klagomal", "/arkiv", "/modeller", "/beslut")


@pytest.mark.parametrize("scene", DAYS)
def test_the_overview_says_how_things_stand(scene: str, reader: Reader) -> None:
    said = {
        "quiet": ">Lugnt<",
        "first_alert": ">Bevakning<",
        "mismatch": ">Varning<",
        "critical": ">Kritiskt<",
        "corrected": ">Lugnt<",
    }
    text = reader(scene).get("/").text
    assert f'id="state"{said[scene]}' in text
    assert ("Gör detta nu" in text) == (scene not in ("quiet", "corrected"))


def test_a_mismatch_names_those_whom_no_correction_reaches(reader: Reader) -> None:
    text = reader().get("/").text
    assert "ingen rättelse är på väg till" in text
    assert "boende i anslutna flerbostadshus" in text
    assert "persondagar med fel bild" in text


def test_a_claim_that_nobody_spreads_any_more_is_told_in_a_line(reader: Reader) -> None:
    spread, over = (reader(scene).get("/").text for scene in ("mismatch", "corrected"))
    assert ('id="spec-race1"' in spread, "Följs, men sprids inte nu" in spread) == (True, False)
    assert ('id="spec-race1"' in over, "Följs, men sprids inte nu" in over) == (False, True)
    assert "börjar ta ut en månadsavgift" in over


def test_complaints_stand_by_channel_above_the_race_and_the_unusual_are_marked(reader: Reader) -> None:
    text = reader("corrected").get("/klagomal").text
    charts = [json.loads(found) for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)]
    assert len(charts) == 4  # KO, ARN, customer service, and the race
    assert len({json.dumps(chart["encoding"]["x"]["scale"]) for chart in charts}) == 1
    service = {one["from"]: one["kind"] for one in charts[2]["data"]["values"]}
    assert service["2023-09-18"] == "vanligt"
    assert service["2023-11-13"] == "ovanligt"
    assert "Lägg in klagomål" in text


def test_one_signature_is_asked_for_however_many_alerts_there_are(client: TestClient) -> None:
    assert client.get("/").text.count('name="by"') == 1
    acts = re.findall(r'name="act" value="([^"]+)"', client.get("/").text)
    assert {act.partition("=")[0] for act in acts} == {"alarm01", "mismatch01", "silence01"}
    assert send(client, "/beslut/larm", act="mismatch01=handled").status_code == 303
    assert send(client, "/beslut/larm", act="mismatch01=eaten").status_code == 422
    assert send(client, "/beslut/larm", act="nobody=handled").status_code == 422
    assert "Karin Lund har satt larmet" in client.get("/").text
    assert 'id="by-alerts"' not in client.get("/").text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_answers_in_both_languages(path: str, language: str, reader: Reader) -> None:
    answer = reader("critical", language).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert ("Påståenden" in answer.text) == (language == "sv")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_catalogues_have_the_same_keys_and_fields() -> None:
    def fields(language: str) -> dict[tuple[str, str], set[str]]:
        found = catalogue(language)
        return {
            (section, key): {part.split("}")[0] for part in str(text).split("{")[1:]}
            for section, texts in found.items()
            if section not in ("names", "calendar")
            for key, text in texts.items()
        }

    assert fields("sv") == fields("en")
    swedish, english = catalogue("sv")["names"], catalogue("en")["names"]
    assert {group: set(names) for group, names in swedish.items()}.items() <= {
        group: set(names) for group, names in english.items()
    }.items()


@pytest.mark.parametrize("path", ["/", f"/pastaenden/{MAIN}", "/klagomal", "/kallor"])
def test_every_chart_is_valid_and_has_its_table(path: str, reader: Reader) -> None:
    text = reader().get(path).text
    specs = re.findall(r'<script type="application/json" id="spec-([^"]+)">(.*?)</script>', text, re.S)
    assert specs
    for name, spec in specs:
        altair.Chart.from_dict(json.loads(spec), validate=True)
        assert f'id="table-{name}"' in text


def test_what_is_not_there_is_not_found(reader: Reader) -> None:
    for path in ("/pastaenden/nej", "/inlagg/nej", "/rapport/2023-13-41", "/rapport/..%2f..%2fetc%2fpasswd", "/nej"):
        answer = reader().get(path)
        assert answer.status_code == 404, path
        assert "Sidan finns inte" in answer.text


def test_digests_are_pages_of_their_own_that_can_run_and_send_nothing(reader: Reader) -> None:
    assert "7 november 2023" in reader().get("/arkiv").text
    answer = reader().get("/rapport/2023-11-07")
    assert "Morgonrapport 2023-11-07" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]


def test_files_beside_the_pages_can_be_kept_and_no_others_are_served(reader: Reader) -> None:
    version = pages.static_version()
    answer = reader().get(f"/static/{version}/vendor/vega.min.js")
    assert "immutable" in answer.headers["cache-control"]
    for path in (f"/static/{version}/words/sv.toml", "/static/0/board.css"):
        assert reader().get(path).status_code == 404


def test_posts_are_found_by_words_tone_claim_and_day(reader: Reader) -> None:
    def count(query: str) -> int:
        return reader().get(f"/inlagg?{query}").text.count('<article class="post"')

    assert count("ord=avgift") > 3
    assert 0 < count("ord=avgift&ton=negative") <= count("ord=avgift")
    assert count(f"pastaende={MAIN}&hallning=deny&fran=2023-11-07") > 0
    assert count("ord=a%25a") == count("ord=zzzzzz") == 0
    assert count("fran=2031-01-01&till=skräp") == 0


def test_older_posts_follow_where_the_page_ended(reader: Reader) -> None:
    first = reader().get("/inlagg").text
    link = re.search(r'href="/inlagg\?([^"]*fore=[^"]*)"', first)
    assert link
    second = reader().get("/inlagg?" + link[1].replace("&amp;", "&")).text
    keys = [re.findall(r'id="p-([0-9a-f]+)"', text) for text in (first, second)]
    assert keys[0] and keys[1] and not set(keys[0]) & set(keys[1])


def test_one_more_answer_is_computed_afresh_and_later_is_worse(reader: Reader) -> None:
    def people_days(hours: int) -> int:
        asked = f"/pastaenden/{MAIN}/tankom?grupp=apartment&svar=email&timmar={hours}"
        found = re.search(r"Ungefär ([0-9\s\u00a0]+) ?persondagar", reader().get(asked).text)
        assert found
        return int(re.sub(r"\D", "", found[1]))

    assert people_days(0) < people_days(96) <= people_days(168)
    assert "Tänk om vi också" in reader().get(f"/pastaenden/{MAIN}?svar=sms&timmar=24").text


def test_no_snapshot_yet_says_what_to_do(tmp_path: Path) -> None:
    answer = browser(tmp_path).get("/")
    assert answer.status_code == 503
    assert "ryktesvakt run" in answer.text


def _older(folder: Path) -> None:
    """Make a scene's tables those of the version before: without what the newest migrations added."""
    with duckdb.connect(str(folder / "published.duckdb")) as con:
        con.execute("DELETE FROM migration WHERE number >= 17; ALTER TABLE alert DROP COLUMN topics")


@pytest.mark.parametrize(("language", "said"), [("sv", "Nästa körning publicerar"), ("en", "The next run publishes")])
def test_tables_of_an_older_version_are_said_on_every_page_until_the_next_pass(
    language: str, said: str, folder: Path
) -> None:
    whole = (folder / "published.duckdb").read_bytes()
    _older(folder)
    with browser(folder, language=language) as client:
        for path in (*PAGES, "/halsa", f"/pastaenden/{MAIN}/tankom"):
            answer = client.get(path)
            is_file = path == "/arkiv"  # reports are files: they can be read meanwhile
            assert (answer.status_code, said in answer.text) == ((200, False) if is_file else (503, True)), path
        assert client.get("/halsa").text.count("\n") == 1
        (folder / "new.duckdb").write_bytes(whole)
        (folder / "new.duckdb").replace(folder / "published.duckdb")
        assert client.get("/").status_code == client.get("/halsa").status_code == 200


def test_tables_of_a_newer_version_or_none_at_all_are_said_as_such(folder: Path) -> None:
    published = folder / "published.duckdb"
    with duckdb.connect(str(published)) as con:
        con.execute("INSERT INTO migration VALUES (9999, '9999_later', 'x', now())")
    assert "starta om tavlan" in browser(folder).get("/").text
    published.write_bytes(b"no database")
    answer = browser(folder).get("/kallor")
    assert (answer.status_code, "gick inte att öppna" in answer.text) == (503, True)


def test_a_view_that_the_tables_do_not_have_is_no_riddle(folder: Path) -> None:
    with duckdb.connect(str(folder / "published.duckdb")) as con:
        con.execute("DROP MACRO TABLE judgement_as_of")
    answer = browser(folder).get("/inlagg?ord=avgift")
    assert (answer.status_code, "äldre version" in answer.text) == (503, True)
