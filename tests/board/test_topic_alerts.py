"""An alert on a topic on the board: by its name, with a way to its posts; a claim's says where else it is seen."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.board.conftest import browser
from tests.board.scenes import MAIN
from warehouse.alerts import note_topic, put_alerts
from warehouse.connection import open_warehouse
from warehouse.records import Alert

NAMES = {"sv": "Missnöjet växer: Pris och avgifter", "en": "Discontent is growing: Prices and fees"}
ALSO = {"sv": "Märks också i Faktura och betalning.", "en": "Also seen in Invoices and payment."}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_shown_by_its_name_with_a_way_to_its_posts(folder: Path, language: str) -> None:
    raised = datetime.now(UTC) - timedelta(hours=2)
    topic = Alert(
        alert_id="t", kind="topic", severity="watch", subject_id="topic:price", raised_at=raised, reason="Åtta skrev."
    )
    with open_warehouse(folder / "published.duckdb") as con:
        put_alerts(con, [topic], at=raised)
        note_topic(con, "alarm01", "billing", at=raised)
    with browser(folder, language=language) as client:
        page = client.get("/").text
        assert NAMES[language] in page and ALSO[language] in page
        assert 'href="/inlagg?amne=price&amp;ton=negative"' in page
        assert ALSO[language] in client.get(f"/pastaenden/{MAIN}").text
        assert client.get("/inlagg?amne=price&ton=negative").status_code == 200
