"""Writes the openings that the windows of the outbox are compared with.

    python3 -m pip install tzdata
    PYTHONTZPATH= python3 cases.py > cases.json

Each case is worked out by brute force, from the clock that the zone shows in every minute of 20 days: a window opens in the
first minute whose local time is `from` or later, and closes in the first one whose local time is `to` or later. Nothing here
knows of gaps and folds.
"""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# Minutes before and after the present that are looked at.
BEFORE, AFTER = 3 * 1440, 16 * 1440

# A change of the clocks in each zone, near this day.
CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("Europe/London", "2027-03-28"),
    ("Europe/Dublin", "2026-03-29"),  # negative daylight saving in winter
    ("Europe/Dublin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("America/St_Johns", "2011-03-13"),  # at 00:01
    ("America/St_Johns", "2011-11-06"),
    ("America/Havana", "2024-03-10"),  # at midnight
    ("America/Havana", "2024-11-03"),
    ("America/Sao_Paulo", "2018-11-04"),  # at midnight, in the south
    ("America/Sao_Paulo", "2019-02-17"),
    ("America/Santiago", "2026-09-06"),
    ("Africa/Cairo", "2026-04-24"),  # at midnight
    ("Africa/Cairo", "2026-10-29"),
    ("Africa/Casablanca", "2026-02-15"),  # Ramadan
    ("Africa/Casablanca", "2026-03-22"),
    ("Asia/Beirut", "2026-03-29"),  # at midnight
    ("Asia/Beirut", "2026-10-25"),
    ("Asia/Tehran", "2022-03-22"),
    ("Asia/Pyongyang", "2018-05-05"),  # half an hour, for good
    ("Australia/Sydney", "2026-10-04"),
    ("Australia/Sydney", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),  # half an hour
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Antarctica/Troll", "2026-03-29"),  # two hours
    ("Pacific/Chatham", "2026-09-27"),  # 12:45 and 13:45
    ("Pacific/Apia", "2011-12-30"),  # a day that never was
    ("Pacific/Kwajalein", "1993-08-21"),
]

# Countries by their numbers.
NUMBERS = [
    ("12125550100", "US"),
    ("14165550100", "CA"),
    ("18765550100", "JM"),
    ("447700900000", "GB"),
    ("498912345678", "DE"),
    ("34612345678", "ES"),
    ("351912345678", "PT"),
    ("380501234567", "UA"),
    ("79161234567", "RU"),
    ("77012345678", "KZ"),
    ("61412345678", "AU"),
    ("64211234567", "NZ"),
    ("6281234567890", "ID"),
    ("8613812345678", "CN"),
    ("5511912345678", "BR"),
    ("5215512345678", "MX"),
    ("56912345678", "CL"),
    ("243812345678", "CD"),
    ("68672012345", "KI"),
    ("68987123456", "PF"),
    ("212612345678", "MA"),
    ("201001234567", "EG"),
]

UNKNOWN = ["870773000000", "80012345678", "999123456", "0123456789", "US.13491208655302741918", ""]


@cache
def clock(zone: str, first: datetime) -> list[datetime]:
    """The local time of each minute."""
    zone_info = ZoneInfo(zone)
    minutes = range(BEFORE + AFTER)
    return [(first + n * MINUTE).astimezone(zone_info).replace(tzinfo=None) for n in minutes]


def open_minutes(window: dict, zone: str, first: datetime) -> set[int]:
    minutes = clock(zone, first)
    start, end = (time.fromisoformat(window[key]) for key in ("from", "to"))

    def first_at(moment: datetime) -> int | None:
        return next((n for n, local in enumerate(minutes) if local >= moment), None)

    days = sorted({local.date() for local in minutes[1440:-1440]})
    every = [days[0] + n * DAY for n in range((days[-1] - days[0]).days + 1)]
    found: set[int] = set()
    for day in every:
        if WEEKDAYS[day.weekday()] in window.get("days", WEEKDAYS):
            last = day if end > start else day + DAY
            opens, closes = first_at(datetime.combine(day, start)), first_at(datetime.combine(last, end))
            if opens is not None:
                found.update(range(opens, len(minutes) if closes is None else closes))
    return found


def opening(window: dict, zones: list[str], now: datetime) -> str | None:
    minute = now.replace(second=0)
    first = minute - BEFORE * MINUTE
    common = set.intersection(*(open_minutes(window, zone, first) for zone in zones))
    if BEFORE in common:
        return text(now)
    later = [n for n in common if n > BEFORE and n <= BEFORE + 15 * 1440]
    return text(first + min(later) * MINUTE) if later else None


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def change_near(zone: str, day: str) -> tuple[datetime, datetime, datetime]:
    """The first minute after a change, and the local times before and after it."""
    first = datetime.combine(date.fromisoformat(day), time(), UTC) - 2 * DAY
    zone_info = ZoneInfo(zone)
    for n in range(4 * 1440):
        before, after = first + n * MINUTE, first + (n + 1) * MINUTE
        if before.astimezone(zone_info).utcoffset() != after.astimezone(zone_info).utcoffset():
            local = [moment.astimezone(zone_info).replace(tzinfo=None) for moment in (before, after)]
            return after, local[0] + MINUTE, local[1]
    raise ValueError(f"no change in {zone} near {day}")


def hour(moment: datetime, minutes: int) -> str:
    return (moment + minutes * MINUTE).strftime("%H:%M")


def around_changes():
    for zone, day in CHANGES:
        change, before, after = change_near(zone, day)
        low, high = min(before, after), max(before, after)
        middle = low + (high - low) / 2
        # The day of the change, and the one before.
        days = sorted({WEEKDAYS[(moment - MINUTE).weekday()] for moment in (low, high)})
        windows = [
            {"from": hour(middle, 0), "to": hour(high, 240)},
            {"from": hour(low, -240), "to": hour(middle, 0)},
            {"from": hour(low, 10), "to": hour(low, 20)},
            {"from": hour(middle, 0), "to": hour(high, 240), "days": days},
            {"from": "21:00", "to": hour(middle, 5)},
            {"from": "09:00", "to": "20:00", "days": ["mon", "tue", "wed", "thu", "fri"]},
        ]
        for number, window in enumerate(windows):
            for offset in (-100 - number, 7 * number):
                yield {"zone": zone}, [zone], window, change + offset * MINUTE + timedelta(seconds=number)


def of_countries():
    countries = defaultdict(list)
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            countries[country].append(zone)
    windows = [
        {"from": "09:00", "to": "20:00"},
        {"from": "08:00", "to": "21:30", "days": ["sat", "sun"]},
        {"from": "18:00", "to": "07:00", "days": ["fri"]},
        {"from": "12:00", "to": "13:00"},
    ]
    for number, (digits, country) in enumerate(NUMBERS):
        for n, window in enumerate(windows):
            now = datetime(2026, 10, 30, 5 * n + number % 3, 11 * n, tzinfo=UTC)
            yield {"number": digits}, countries[country], window, now


def main() -> None:
    cases = [
        {**recipient, "window": window, "now": text(now), "opens": opening(window, zones, now)}
        for recipient, zones, window, now in (*around_changes(), *of_countries())
    ]
    unknown = [{"number": number} for number in UNKNOWN] + [{"zone": "Europe/Atlantis"}, {"zone": "EU"}]
    assert not {case.get("zone") for case in unknown} & available_timezones()
    window = {"from": "00:00", "to": "23:59"}
    cases += [{**case, "window": window, "now": "2026-06-01T12:00:00Z", "opens": "zone_unknown"} for case in unknown]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    print(f"[\n{lines}\n]")


main()
