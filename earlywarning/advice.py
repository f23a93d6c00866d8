"""What the race says that the team should do now: one Swedish sentence."""

from __future__ import annotations

from earlywarning.race import Race


def advice(race: Race) -> str:
    """Return one Swedish sentence for the team: what to do now, and how many people-days it saves."""
    name = {
        "email": "mejla rättelsen till alla i segmentet",
        "thread_post": "svara officiellt i tråden",
        "email_and_thread_post": "mejla rättelsen och svara officiellt i tråden",
    }
    options = [c for c in race.counterfactuals if c.action in name and c.saved_people_days_low > 0]
    best = max(options, key=lambda c: c.saved_people_days, default=None)
    who = race.segment.name
    if best is None or best.saved_people_days < 1:
        return f"{who}: inget av alternativen sparar mätbart fler missledda dagar än planen."
    low, high = _rounded(best.saved_people_days_low), _rounded(best.saved_people_days_high)
    cheaper = [c for c in options if c.saved_people_days >= 0.9 * best.saved_people_days and c.action != best.action]
    pick = min(cheaper, key=lambda c: len(c.action), default=best)  # one measure that does nearly all is enough
    return (
        f"{who}: {name[pick.action]} nu; det sparar omkring {_rounded(pick.saved_people_days)} missledda persondagar"
        f" på en vecka jämfört med planen (80 %: {low} till {high})."
    )


def _rounded(value: float) -> str:
    digits = 10 ** max(0, len(str(int(abs(value)))) - 2)
    return f"{round(value / digits) * digits:,}".replace(",", "\u00a0")
