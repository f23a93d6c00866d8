"""Numbers that point at a person: personnummer, telephones, accounts. Each is checked, not just looked like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nlp.redact.kinds import Redaction

_PERSONNUMMER = re.compile(r"(?<![\d\w])(?:(1[89]|20)[ -]?)?(\d{2})(\d{2})(\d{2})[ ]?([-+–]?)[ ]?(\d{4})(?![\d\w])")
_MASKED = re.compile(r"(?<![\d\w])(?:1[89]|20)?(\d{2})(\d{2})(\d{2})[ ]?[-+–][ ]?(?:[xX*]{4}|\d{2}[xX*]{2})(?!\w)")
_SEPARATED = re.compile(
    r"(?<![\d\w])(?:1[89][ ]?|20[ ]?)?\d{2}([-/ .]?)\d{2}\1\d{2}[ ]?[-+–/. ]?[ ]?(?:\d{4}|\d{2}[ ]\d{2})(?![\d\w])"
)
_CLOCK = re.compile(r"[ ](?:[01]\d|2[0-3])[0-5]\d$")
"""A moment after a date, not the end of a personnummer."""
_SAYS_PERSONNUMMER = re.compile(
    r"(?:person|samordnings)(?:nummer|nr)?\W{0,3}(?:(?:är|e|:)\W{0,2})?$|\bp(?:ers)?\.?nr\W{0,4}$", re.I
)

_SEP = r"[ \u00a0\-–./]{0,3}"
_COUNTRY = (
    r"(?:1|7|20|27|3[0-469]|4[0-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|2[1-9]\d|3[578]\d|42\d|5[09]\d|6[7-9]\d|85\d|88\d|9[679]\d)"
)
"""Country codes of the world's numbering zones (ITU-T E.164)."""
_ABROAD = re.compile(rf"(?<![\w+])(?:\+[ ]?|00[ ]?){_COUNTRY}(?:{_SEP}\(\d{{1,4}}\))?(?:{_SEP}\d){{6,11}}(?![\d\w])")
_MOBILE = re.compile(rf"(?<![\w+.,-])0{_SEP}7{_SEP}[02369](?:{_SEP}\d){{7}}(?![\d\w])(?![.,]\d)")
_AREA = r"0(?:8|10|11|13|16|18|19|20|21|2[2-9]\d?|3[1-9]|4[0-6]|5[0-9]\d|60|63|77\d?|90|9[1-8]\d)"
"""Swedish area codes, for numbers written with a mere space after it."""
_LANDLINE = re.compile(
    rf"(?<![\w+.,/-])(?<!\d[ ])(?:\(0[1-9]\d{{0,2}}\)[ ]?|0[1-9]\d{{0,2}}[ ]?[-–/][ ]?|{_AREA}[ ])"
    r"(?:\d{2,3}[ ]?\d{2,3}(?:[ ]?\d{2}){0,2}|\d{5,8})(?![\d\w])(?![.,]\d)"
)
_CALLS = re.compile(
    r"(?:\b(?:tel|telefon|tfn|tlf|mobil|ring|sms|nummer|nr|nås|når)\w*\b[^\w\n]{0,4}(?:\w+\W{1,2}){0,3})$", re.I
)
_BARE_CALL = re.compile(rf"(?<![\w+.,/-])0[1-9](?:{_SEP}\d){{6,8}}(?![\d\w])")

_ACCOUNT_WORD = (
    r"(?:kund|order|ordernr|avtals?|abonnemangs?|anläggnings?|ärende|faktura|medlems|konto|referens|beställnings|bokförings"
    r"|case|ticket|installations?|serie)[ -]?(?:nummer|numret|nr\.?|id|no\.?)|ocr(?:[ -]?(?:nummer|numret|nr\.?))?"
    r"|bankgiro(?:t|nummer|nr)?|plusgiro(?:t|nummer|nr)?|postgiro|bg|pg|clearing(?:nummer|nr)?|kontot?|ordern?|kund|ärendet?"
    r"|ref(?:erens)?|customer (?:number|no|id)|account (?:number|no)|order (?:number|no)"
)
_ACCOUNT = re.compile(
    rf"(?<!\w)({_ACCOUNT_WORD})(?:[ \t]+(?:mitt|min|hos (?:er|dem|dom)|vårt))?"
    r"(?:[ \t]*(?:är|var|e|:|=|#|\(|nr|-|–)[ \t]*|[ \t]+){1,3}"
    r"([A-ZÅÄÖ]{0,4}[-–]?\d(?:[ \-–.]?\d){3,22}(?:[-/][A-Z0-9]{1,6})?)(?![\w])",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?<![\w-])([A-ZÅÄÖ]{0,4}-?\d(?:[ \-–]?\d){4,14})[ \t]+(?:är|var|som|e)[ \t]+(?:\w+[ \t]+)?"
    r"(?:kund|ärende|order|avtals|abonnemangs|anläggnings|konto)(?:nummer|numret|nr|id)\b",
    re.IGNORECASE,
)
"""The number before its word."""
_WEAK_WORD = re.compile(r"(?:kontot?|ordern?|kund|ärendet?|ref|bg|pg)", re.I)
_IBAN = re.compile(r"(?<!\w)((?i:[A-Z]{2})\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?)(?!\w)")
_CARD = re.compile(r"(?<![\d\w])(?:\d{4}[ -]){3}\d{4}(?![\d\w])")
_CLEARING = re.compile(r"(?<![\d\w])\d{4}[ -]?\d?,[ ]?\d{2,3}[ ]?\d{3}[ ]?\d{2,4}(?:-\d)?(?![\d\w])")


def find_numbers(text: str) -> Iterator[Redaction]:
    """Yield the numbers that point at a person, most certain first; spans may overlap."""
    yield from _personnummer(text)
    yield from _accounts(text)
    yield from _phones(text)


def luhn(digits: str) -> bool:
    """Return whether the last digit checks the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def is_birth(year: str, month: str, day: str) -> bool:
    """Return whether two-digit parts are a date, days past 60 being those of a samordningsnummer."""
    born = int(day) - 60 * (int(day) > 60)
    for century in (1900, 2000):
        try:
            date(century + int(year), int(month), born)
        except ValueError:
            continue
        return True
    return False


def _personnummer(text: str) -> Iterator[Redaction]:
    for found in _PERSONNUMMER.finditer(text):
        year, month, day, mark, last = found.group(2, 3, 4, 5, 6)
        if not is_birth(year, month, day):
            continue
        is_bare = not (mark or found.group(1))
        is_said = bool(_SAYS_PERSONNUMMER.search(text[max(0, found.start() - 30) : found.start()]))
        if is_bare and year == "07" and not is_said:
            continue  # ten digits from 07 on are a mobile number
        # Of this century a date and a running number look the same: there only the check digit tells.
        is_old = mark and found.group(1) in ("18", "19")
        if luhn(year + month + day + last) or is_said or is_old:
            yield Redaction(found.start(), found.end(), "personnummer")
    for found in _MASKED.finditer(text):
        if is_birth(*found.group(1, 2, 3)):
            yield Redaction(found.start(), found.end(), "personnummer")
    for found in _SEPARATED.finditer(text):
        digits = re.sub(r"\D", "", found.group())[-10:]
        is_moment = bool(found.group(1)) and bool(_CLOCK.search(found.group()))
        if is_birth(digits[:2], digits[2:4], digits[4:6]) and luhn(digits) and not is_moment:
            yield Redaction(found.start(), found.end(), "personnummer")


def _phones(text: str) -> Iterator[Redaction]:
    for pattern in (_ABROAD, _MOBILE, _LANDLINE):
        for found in pattern.finditer(text):
            if 8 <= sum(map(str.isdigit, found.group())) <= 15 and not _is_date(found.group()):
                yield Redaction(found.start(), found.end(), "phone")
    for found in _BARE_CALL.finditer(text):
        if _CALLS.search(text[max(0, found.start() - 40) : found.start()]):
            yield Redaction(found.start(), found.end(), "phone")


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"0?\d[-/.]\d{1,2}[-/.](?:19|20)?\d{2}", text.strip()))


def _accounts(text: str) -> Iterator[Redaction]:
    for found in _ACCOUNT.finditer(text):
        digits = sum(map(str.isdigit, found.group(2)))
        least = 5 if _WEAK_WORD.fullmatch(found.group(1)) else 4
        if digits >= least and not _is_amount(text, found.start(2), found.end(2)):
            yield Redaction(found.start(2), found.end(2), "customer_number")
    for found in _BEFORE.finditer(text):
        yield Redaction(found.start(1), found.end(1), "customer_number")
    for found in _IBAN.finditer(text):
        if _is_iban(re.sub(r"\s", "", found.group(1)).upper()):
            yield Redaction(found.start(), found.end(), "customer_number")
    for found in _CARD.finditer(text):
        if luhn(re.sub(r"\D", "", found.group())):
            yield Redaction(found.start(), found.end(), "customer_number")
    for found in _CLEARING.finditer(text):
        yield Redaction(found.start(), found.end(), "customer_number")


def _is_amount(text: str, start: int, end: int) -> bool:
    return bool(re.match(r"\s?(?:kr\b|kronor|sek\b|:-|,-|%|spänn|mbit|gbit|år)", text[end : end + 9], re.I)) or bool(
        re.fullmatch(r"(?:19|20)\d{2}(?:-\d{2}-\d{2})?", text[start:end])
    )


def _is_iban(account: str) -> bool:
    """Return whether the check digits hold (ISO 13616, remainder 1 by 97)."""
    if not 15 <= len(account) <= 34:
        return False
    turned = account[4:] + account[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1
