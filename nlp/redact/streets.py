"""Swedish street addresses: a street with its number, what follows it, and the line with the postal town."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.redact.kinds import Redaction

_ENDING = "gatan|gata|vägen|gränden?|stigen?|allén?|alle|esplanaden|slingan|brinken"
"""What ends the name of a street and of little else."""
_WORD_ENDING = (
    f"{_ENDING}|torget|torg|backen|backe|platsen|plats|leden|led|kajen|kaj|strand|svängen|rundan|ringen|liden|parken|park"
    "|plan|väg|bron|gärdet|heden|fältet|hamnen|näset|sundet|viken|näs|torpet|lunden|tomten|terrassen|promenaden|passagen"
    "|trappan|trappor|stråket|vången|vretarna|slätten|hult|boda|vret|udden|höjden|åsen|kroken|lyckan|ängen|hagen|gården|gård|dalen|berget|gången|kullen|holmen|skogen|tunet"
    "|vej|gade|vei|veien"
)
"""What ends other words too: a street only when the name begins with a capital."""
_SIDE = r"(?:[Nn]orra|[Ss]ödra|[Öö]stra|[Vv]ästra|[Nn]ya|[Gg]amla|[Ss]tora|[Ll]illa|[Öö]vre|[Nn]edre|S:ta?|Sankta?)"
_HEAD = r"(?!(?:På|I|Till|Från|Längs|Utmed|Vid|Efter|Ny|Denna|Hela|Den|Det|En|Vår|Min|Er|Halva|Samma|Ingen|Alla)[ ])"
"""What begins a sentence and no street's name."""
_UNIT = (
    r"kr|km|m|meter|min|minuter|st|år|procent|kronor|hus|kunder|ggr|gånger|dagar|spänn|mbit|gbit|personer|timmar|veckor"
    r"|månader|grannar|hushåll"
)
_NUMBER = (
    r"(?:[ \u00a0]n(?:umme)?r\.?)?[ \u00a0]{1,2}(?!(?:19|20)\d\d(?!\d)|\d{1,2}/\d)[1-9]\d{0,3}"
    rf"(?:[ ]?[A-Ha-h](?!\w)|(?![\w]|[.,:]\d|[ ]?%|[ ]?(?:{_UNIT})\b))"
    r"(?:[-–]\d{1,4}(?![\w]))?"
)
_FLAT = (
    r"(?:,?[ ](?:lgh\.?|lägenhet|läg\.?|uppgång|port|vån\.?|våning)[ ]?(?:\d{1,4}|[A-Za-z](?!\w)))?"
    r"(?:,?[ ]\d{1,2}[ ]?tr(?:appor)?\b\.?)?"
)
_TOWN = r"[A-ZÅÄÖ][\w-]+(?:[ ][A-ZÅÄÖ][\w-]+)?"
_POSTCODE = r"(?:SE?-?[ ]?)?[1-9]\d{2}[ ]?\d{2}"
_REST = rf"{_NUMBER}{_FLAT}(?:,?\s{{1,2}}(?:i[ ])?{_POSTCODE},?[ ]+{_TOWN})?"
_STREETS = (
    re.compile(rf"(?<![\w-])(?:{_SIDE}[ ])?[^\W\d_][\w:-]{{1,30}}(?:{_ENDING}){_REST}"),
    re.compile(
        rf"(?<![\w-]){_HEAD}(?:{_SIDE}[ ]|[A-ZÅÄÖ][\w:-]{{0,30}}[ ]){{1,2}}"
        rf"(?:[\w:-]{{1,30}})?(?i:{_WORD_ENDING}|{_ENDING}){_REST}"
    ),
    re.compile(rf"(?<![\w-])[A-ZÅÄÖ][\w:-]{{2,30}}(?:{_WORD_ENDING}){_REST}"),
    re.compile(rf"(?<![\w-])[A-ZÅÄÖ][\w:-]{{2,30}}[gv]\.{_REST}"),
    re.compile(rf"(?<![\w-])[A-ZÅÄÖ][\w:-]{{2,30}}{_NUMBER}{_FLAT},?\s{{1,2}}{_POSTCODE},?[ ]+{_TOWN}"),
)
_ROADS = re.compile(
    r"(?:motor|riks|läns|lands|europa|cykel|gång|halv|järn|ut|in|under|bort|hem|om|mellan)vägen?\b", re.I
)
_COUNTRY = "(?:SE?-?[ ]?)?"
_POSTAL = re.compile(
    rf"(?<![\d\w.,-])(?:[Bb]ox[ ]\d{{1,5}},?\s{{1,2}}{_COUNTRY}[1-9]\d{{4}}"
    rf"|(?:[Bb]ox[ ]\d{{1,5}},?\s{{1,2}})?{_COUNTRY}[1-9]\d{{2}}[ ]\d{{2}})[ ]+"
    rf"(?!(?:Kr|KR|Kronor|Sek|SEK|Per|Om|Mbit|Det|Jag|Och|Men|Så|Vi)\b){_TOWN}"
)
_LIVES = re.compile(
    r"(?:\badress(?:en)?(?:[ ]är|:)?|\bbor(?:[ ]kvar)?[ ](?:på|i)|\bhemma[ ]på)[ ]"
    rf"([A-ZÅÄÖ][\w-]+(?:[ ][A-ZÅÄÖ][\w-]+)?{_REST})"
)
_ESTATE = re.compile(r"\bfastighet\w*[ ](?:\w+[ ]){0,2}?([A-ZÅÄÖ][\w-]+(?:[ ][A-ZÅÄÖ][\w-]+)?[ ]\d{1,3}:\d{1,4})(?!\d)")


def find_streets(text: str) -> Iterator[Redaction]:
    """Yield addresses: a street needs a house number, a town its postcode; names of places alone are nobody's."""
    for pattern in _STREETS:
        for found in pattern.finditer(text):
            if not _ROADS.match(found.group()):
                yield Redaction(found.start(), found.end(), "street_address")
    for pattern, group in ((_POSTAL, 0), (_LIVES, 1), (_ESTATE, 1)):
        for found in pattern.finditer(text):
            yield Redaction(found.start(group), found.end(group), "street_address")
