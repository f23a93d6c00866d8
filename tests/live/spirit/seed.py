"""Fills a django-spirit site from a JSON file: run by `manage.py shell` with SEED and READY in the environment."""

import json
import os
from datetime import datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from spirit.category.models import Category
from spirit.comment.models import Comment
from spirit.core.utils.markdown import Markdown, quotify
from spirit.topic.models import Topic

seed = json.loads(Path(os.environ["SEED"]).read_text(encoding="utf-8"))
users = {
    name: get_user_model().objects.get_or_create(username=name, defaults={"email": f"{name}@example.test"})[0]
    for name in seed["authors"]
}
category, _ = Category.objects.get_or_create(title="Bredband")
made = {}
for thread in seed["threads"]:
    topic, _ = Topic.objects.get_or_create(
        title=thread["title"], category=category, defaults={"user": users[thread["posts"][0]["author"]]}
    )
    for post in thread["posts"]:
        # The engine's own quoting and markdown: what it renders is what real sites show.
        quoted = post.get("quotes")
        source = (quotify(quoted["text"], quoted["author"]) if quoted else "") + post["text"]
        html = Markdown().render(source)
        comment = Comment.objects.create(user=users[post["author"]], topic=topic, comment=source, comment_html=html)
        made[post["key"]] = {"post_id": str(comment.pk), "thread_id": str(topic.pk)}
        at = datetime.fromisoformat(post["at"])
        Comment.objects.filter(pk=comment.pk).update(date=at)
        Topic.objects.filter(pk=topic.pk).update(
            date=datetime.fromisoformat(thread["posts"][0]["at"]),
            last_active=at,
            comment_count=topic.comment_set.count(),
        )
for key in seed.get("delete", []):
    Comment.objects.filter(pk=key).update(is_removed=True)
for key, text in seed.get("edit", {}).items():
    Comment.objects.filter(pk=key).update(comment=text, comment_html=Markdown().render(text), modified_count=1)
Path(os.environ["READY"]).write_text(json.dumps(made), encoding="utf-8")
