"""The firehose's filter on one core: events a second, against decoding every event, and memory over millions.

    python -m benchmarks.firehose [--events 1000000]

The events are synthetic, in the shape in which Jetstream sends them: posts of 1 to 300 characters in seven languages,
half of them answers, one in ten with a picture or a link, and deletions, profiles and accounts among them. One post in
ten thousand names the company, so that kept posts and threads pile up as they would. All of them go the way of a
listener's events, from the bytes of a frame to the records of a batch; a batch is thrown away every 100,000 events.
The peers decode every event and ask the same `is_mention` of its text, and do nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from crawlers.batch import Batch
from crawlers.engines import jetstream
from crawlers.engines.stream import Place, Watch
from crawlers.frontier import Frontier
from crawlers.heard import Heard
from flows.config import example_file, load
from flows.sources import company_of
from nlp.gate import may_mention
from nlp.mentions import is_mention

CHUNK = 20_000
PEER_EVENTS = 100_000
WORDS = {
    "en": "the of and people hope open europe is it not that you like post today operation really infrastructure so",
    "sv": "och det att jag inte är på vi har nu kommer fiber nät öppet hus brev avtal infrastruktur grävt något bra",
    "pt": "que não uma você para isso com muito hoje bom dia gente então porque operação aberta está",
    "ja": "今日 は とても いい 天気 です ね 開発 の インフラ！ 笑 思う ありがとう ございます 「本」",
    "de": "und nicht die der das ist ich wir offen heute schön für über Straße operieren Infrastruktur",
    "ko": "오늘 정말 좋은 하루 입니다 그리고 사람 시간 너무 감사 합니다",
    "tr": "ve bir bu için çok değil ama gün İstanbul açık bugün güzel",
}
SPICE = [
    "❤️",
    "😂",
    "👩‍👩‍👧",
    "🇸🇪",
    "…",
    "\n",
    "\n\n",
    "“x”",
    "#tag",
    "https://x.example/a?b=1&c=2",
    "@anna.bsky.social",
]
ABOUT_US = ["Har någon erfarenhet av Open Infra?", "opn infra har grävt igen", "Brevet från OpenInfra, ska man betala?"]


def main() -> None:
    """Measure, and print one JSON object after the memory's course."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=1_000_000)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory() as name:
        figures = {"events": count, **run(Path(name), count), **peers()}
    print(json.dumps(figures, indent=2))


def run(folder: Path, count: int) -> dict[str, Any]:
    """Send events through the filter; return the events a second and the memory at its tenths."""
    company = company_of(load(example_file()))
    batch = new_batch(folder / "frontier.sqlite", partial(is_mention, company=company))
    watch = Watch(may_mention=partial(may_mention, company=company), keys=batch.heard.keys)
    seconds, done, decoded, kept, memory = 0.0, 0, 0, 0, []
    for chunk in chunks(count, about_us=1e-4):
        began = time.process_time()
        for frame in chunk:
            if jetstream.is_wanted(frame, watch):
                decoded += 1
                for event in jetstream.events_of(frame):
                    batch.take(event)
        seconds += time.process_time() - began
        done += len(chunk)
        if done % 100_000 < CHUNK:
            kept += len(batch.records)
            batch.records.clear()
            batch.heard.commit(Place(cursor=done, at=datetime.now(UTC)), str(done))
        if done % max(count // 10, CHUNK) < CHUNK:
            memory.append(resident_mib())
            print(f"{done:>12,} events  {memory[-1]:7.1f} MiB  {len(batch.heard.keys):>7,} kept keys", flush=True)
    return {
        "events_per_second": round(count / seconds),
        "decoded_share": round(decoded / count, 3),
        "records": kept,
        "memory_mib": memory,
    }


def peers() -> dict[str, Any]:
    """Return the events a second of decoding everything, with two decoders."""
    company = company_of(load(example_file()))
    frames = [frame for chunk in chunks(PEER_EVENTS, about_us=1e-4) for frame in chunk]
    found = {}
    decoders: dict[str, Callable[[bytes], Any]] = {"json": json.loads, "orjson": orjson.loads}
    for name, decode in decoders.items():
        began = time.process_time()
        for frame in frames:
            text = (decode(frame).get("commit") or {}).get("record", {}).get("text", "")
            is_mention(text, company)
        found[f"decode_all_{name}_events_per_second"] = round(len(frames) / (time.process_time() - began))
    return found


def new_batch(path: Path, mentions: Callable[[str], bool]) -> Batch:
    """Return a batch over an empty memory."""
    with Frontier(path, "bluesky"):
        heard = Heard(path, stream="firehose", source="bluesky")
    return Batch(
        source="bluesky",
        url="https://jetstream.example",
        secret=b"a key for benchmarks",
        is_mention=mentions,
        redact=None,
        heard=heard,
        clock=lambda: datetime.now(UTC),
    )


def chunks(count: int, *, about_us: float) -> Iterator[list[bytes]]:
    """Yield frames by the chunk: a pool of texts and shapes, each frame with its own author, key and time."""
    chance = random.Random(1)
    pool = [frame_like(chance) for _ in range(5_000)]
    for start in range(0, count, CHUNK):
        chunk = []
        for number in range(start, min(start + CHUNK, count)):
            frame = pool[chance.randrange(len(pool))]
            if chance.random() < about_us:
                frame = wire(post_event(chance, f"{chance.choice(ABOUT_US)} {number}"))
            frame = frame.replace(b"KEYKEYKEYKEYK", b"3k%011d" % number)
            chunk.append(frame.replace(b"1795000000000000", b"%d" % (1_795_000_000_000_000 + number * 10_000), 1))
        yield chunk


def frame_like(chance: random.Random) -> bytes:
    """Return a frame of one of the kinds that a listener to posts and profiles is sent."""
    kind = chance.random()
    did = did_of(chance)
    if kind < 0.88:
        return wire(post_event(chance, words_of(chance)))
    if kind < 0.95:
        return wire(commit(did, "app.bsky.feed.post", "delete", None))
    if kind < 0.98:
        profile = {"$type": "app.bsky.actor.profile", "description": words_of(chance), "displayName": "x"}
        return wire(commit(did, "app.bsky.actor.profile", "update", profile))
    told = {"did": did, "seq": 30_340_180_350, "time": "2026-11-18T09:00:00.950Z"}
    if kind < 0.99:
        return wire({"did": did, "time_us": 1_795_000_000_000_000, "kind": "identity", "identity": told})
    account = {"active": True, **told}
    return wire({"did": did, "time_us": 1_795_000_000_000_000, "kind": "account", "account": account})


def post_event(chance: random.Random, text: str) -> dict[str, Any]:
    """Return a post as an event: half of them answers, one in ten with a picture or a link."""
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "createdAt": "2026-11-18T09:00:00.000Z"}
    if chance.random() < 0.1:
        link = {"description": words_of(chance), "title": words_of(chance)[:80], "uri": "https://news.example/a/b/c"}
        record["embed"] = {"$type": "app.bsky.embed.external", "external": link}
    record["langs"] = [chance.choice(list(WORDS))]
    if chance.random() < 0.5:
        record["reply"] = {"parent": reference(chance), "root": reference(chance)}
    record["text"] = text
    return commit(did_of(chance), "app.bsky.feed.post", "create", record)


def commit(did: str, collection: str, operation: str, record: dict[str, Any] | None) -> dict[str, Any]:
    """Return a commit event."""
    key = "self" if "profile" in collection else "KEYKEYKEYKEYK"
    body = {"rev": "KEYKEYKEYKEYK", "operation": operation, "collection": collection, "rkey": key}
    if record is not None:
        body |= {"record": record, "cid": "bafyreicl7rzkxdrm4zz2ehbx52kuk3mvfow6p3gzfys72r5grvskxoswy4"}  # type: ignore[dict-item]
    return {"did": did, "time_us": 1_795_000_000_000_000, "kind": "commit", "commit": body}


def reference(chance: random.Random) -> dict[str, str]:
    """Return a link to a post that nobody keeps."""
    key = "3m" + "".join(chance.choices("234567abcdefghijklmnopqrstuvwxyz", k=11))
    cid = "bafyreiainko5un5pbcdosvxpbisjnjzemojnry6nsgtdftdgslbu37kxai"
    return {"cid": cid, "uri": f"at://{did_of(chance)}/app.bsky.feed.post/{key}"}


def did_of(chance: random.Random) -> str:
    """Return an author's id."""
    return "did:plc:" + "".join(chance.choices("234567abcdefghijklmnopqrstuvwxyz", k=24))


def words_of(chance: random.Random) -> str:
    """Return a text of 1 to 300 characters, most of them short."""
    words = WORDS[chance.choice(list(WORDS))].split()
    length = min(300, int(chance.expovariate(1 / 90)) + 1)
    text = ""
    while len(text) < length:
        text += chance.choice(words if chance.random() < 0.93 else SPICE) + " "
    return text[:length].strip() or "x"


def wire(event: dict[str, Any]) -> bytes:
    """Return an event as Go writes it: no spaces, letters as they are, three characters escaped."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()


def resident_mib() -> float:
    """Return the memory that this process holds now."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


if __name__ == "__main__":
    main()
