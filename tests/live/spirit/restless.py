"""A forum that does not stand still: run beside the server, it writes, edits and removes comments until told to stop.

Run by `manage.py shell` with SEED (how much), READY (a file that says so) and STOP (one that ends it) in the
environment. Everything is made in bulk: two thousand comments through the engine's own forms take minutes.
"""

import json
import os
import random
import time
from datetime import timedelta
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from spirit.category.models import Category
from spirit.comment.models import Comment
from spirit.core.utils.markdown import Markdown
from spirit.topic.models import Topic

want = json.loads(Path(os.environ["SEED"]).read_text(encoding="utf-8"))
stop, ready = Path(os.environ["STOP"]), Path(os.environ["READY"])
chance = random.Random(want["seed"])
number = 0
users = [
    get_user_model().objects.get_or_create(username=name, defaults={"email": f"{name}@example.test"})[0]
    for name in ("anna", "bosse", "cilla", "daniel")
]
category, _ = Category.objects.get_or_create(title="Bredband")


def written(topic, at):
    """Return a comment that is not saved yet; no two say the same."""
    global number
    number += 1
    text = f"Inlägg {number}: de har inte hört av sig, säger grannen i hus {chance.randrange(10**6)}."
    user = chance.choice(users)
    return Comment(user=user, topic=topic, comment=text, comment_html=Markdown().render(text), date=at)


def refresh(topic):
    newest = topic.comment_set.order_by("date").last()
    Topic.objects.filter(pk=topic.pk).update(
        comment_count=topic.comment_set.count(), last_active=newest.date if newest else topic.date
    )


def fill():
    start = timezone.now() - timedelta(days=30)
    named = [f"Tråd {n} om Open Infra" for n in range(want["threads"])]
    other = [f"Tråd {n} om vädret" for n in range(want["other_threads"])]
    Topic.objects.bulk_create(
        Topic(user=users[0], category=category, title=title, date=start, last_active=start) for title in named + other
    )
    topics = list(Topic.objects.filter(title__in=named).order_by("pk"))
    # Some threads are short and some go over many pages, as on any forum.
    weights = [chance.paretovariate(1.2) for _ in topics]
    chosen = topics + chance.choices(topics, weights, k=want["posts"] - len(topics))
    chosen += list(Topic.objects.filter(title__in=other))
    Comment.objects.bulk_create(written(topic, start + timedelta(minutes=n)) for n, topic in enumerate(chosen))
    for n, comment in enumerate(Comment.objects.order_by("pk")):
        Comment.objects.filter(pk=comment.pk).update(date=start + timedelta(minutes=n))
    for topic in Topic.objects.all():
        refresh(topic)
    return topics


def shown(topics):
    return Comment.objects.filter(topic__in=topics, is_removed=False)


def happen(topics):
    """Let one thing happen."""
    kind = chance.choices(("write", "edit", "remove", "delete"), (6, 3, 1, 1))[0]
    if kind == "write":
        topic = chance.choice(topics)
        comment = written(topic, timezone.now())
        comment.save()
        Comment.objects.filter(pk=comment.pk).update(date=timezone.now())
        refresh(topic)
        return
    comment = shown(topics).order_by("pk")[chance.randrange(shown(topics).count())]
    if kind == "edit":
        text = f"{comment.comment} Tillägg {chance.randrange(10**6)}."
        Comment.objects.filter(pk=comment.pk).update(
            comment=text, comment_html=Markdown().render(text), modified_count=comment.modified_count + 1
        )
    elif kind == "remove":
        Comment.objects.filter(pk=comment.pk).update(is_removed=True)
    elif comment.topic.comment_set.count() > 1:
        # Gone without a trace: all that follow move up, some of them to the page before.
        topic = comment.topic
        Comment.objects.filter(pk=comment.pk).delete()
        refresh(topic)


# The server reads, and counts views, while we write.
with connection.cursor() as cursor:
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 30000")
with transaction.atomic():
    topics = fill()
ready.write_text("filled", encoding="utf-8")
count = 0
while not stop.exists():
    happen(topics)
    count += 1
    time.sleep(want["pause_seconds"])
found = {str(c.pk): {"text": c.comment, "thread_id": str(c.topic_id)} for c in shown(topics)}
ready.with_suffix(".tmp").write_text(json.dumps({"posts": found, "happened": count}), encoding="utf-8")
ready.with_suffix(".tmp").replace(ready.with_suffix(".final"))
