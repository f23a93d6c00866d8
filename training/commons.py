"""What likeness is seen against (`nlp.likeness`): ordinary posts on many things, and how common each stem is.

Run as `python -m training.commons` to write `nlp/background.txt` and `nlp/stem_counts.txt` anew from the posts for
training alone; the limits in `nlp.clusters` are then to be looked at again with `python -m benchmarks.unregistered`.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from nlp.clean import model_text
from nlp.likeness import own_stems
from training.matching import Row, posts_of
from training.text import company_named

NLP = Path(__file__).parents[1] / "nlp"
BACKGROUND = 96
SEED = 1
SHORTEST, LONGEST = 40, 260


def background(posts: list[Row]) -> list[str]:
    """Return posts on different things, one a claim at most, as the model reads them."""
    usable = [p for p in posts if p["is_relevant"] and SHORTEST < len(p["text"]) < LONGEST and p["text"][0] != ">"]
    random.Random(SEED).shuffle(usable)
    one_each = {post["claim"] or post["id"]: post for post in reversed(usable)}
    chosen = list(reversed(one_each.values()))[:BACKGROUND]
    return sorted(" ".join(model_text(p["text"], company_named(p["company"])).split()) for p in chosen)


def stem_counts(posts: list[Row]) -> list[str]:
    """Return the number of posts, then each stem that more than one post in 500 has, with in how many."""
    held = Counter(stem for post in posts for stem in own_stems(post["text"], company_named(post["company"])))
    common = [f"{stem} {count}" for stem, count in sorted(held.items()) if count > len(posts) // 500]
    return [str(len(posts)), *common]


def main() -> None:
    """Write both files."""
    posts = posts_of("train")
    for name, lines in (("background.txt", background(posts)), ("stem_counts.txt", stem_counts(posts))):
        (NLP / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
