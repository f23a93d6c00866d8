"""A forum on loopback whose pages a test can change between crawls."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PER_PAGE = 3


class Reply:
    """An answer of the server: status, headers, body; `cut` closes the connection before the body is whole."""

    def __init__(self, body=b"", *, status: int = 200, headers: dict | None = None, is_cut: bool = False) -> None:
        self.body = json.dumps(body).encode() if isinstance(body, dict) else body
        self.status = status
        self.headers = headers or {}
        self.is_cut = is_cut


class TinyForum:
    """Threads by id, each a list of posts; `replies` overrides single paths, also by functions of the headers."""

    def __init__(self) -> None:
        self.threads: dict[str, dict] = {}
        self.replies: dict[str, Reply | list[Reply] | Callable[[dict], Reply]] = {}
        self.requests: list[str] = []
        self.headers: list[dict] = []
        self.bodies: list[bytes] = []
        self.url = ""

    def thread(self, thread_id: str, *texts: str, title: str = "Fiber", **more) -> None:
        posts = [{"id": f"{thread_id}-{n}", "text": text} for n, text in enumerate(texts, 1)]
        self.threads[thread_id] = {"title": title, "posts": posts, **more}

    def fetched(self) -> list[str]:
        """Return the paths asked for since the last call, robots.txt aside."""
        paths = [path for path in self.requests if path != "/robots.txt"]
        self.requests.clear()
        return paths

    def reply(self, path: str, headers: dict) -> Reply:
        special = self.replies.get(path)
        if callable(special):
            return special(headers)
        if isinstance(special, list):
            return special.pop(0) if len(special) > 1 else special[0]
        if special is not None:
            return special
        if path.startswith("/list"):
            return self._listing(int(path.partition("?p=")[2] or 1))
        if path.startswith("/t/"):
            thread_id, _, page = path[3:].partition("?p=")
            if thread_id in self.threads:
                return self._thread(thread_id, int(page or 1))
        return Reply(b"nothing here", status=404)

    def _listing(self, number: int) -> Reply:
        ids = list(self.threads)
        mine = ids[(number - 1) * PER_PAGE : number * PER_PAGE]
        listed = [
            {"id": i, "url": f"{self.url}/t/{i}", "title": self.threads[i]["title"], "count": self._count(i)}
            for i in mine
        ]
        more = {"next": f"{self.url}/list?p={number + 1}"} if len(ids) > number * PER_PAGE else {}
        return Reply({"threads": listed, **more})

    def _count(self, thread_id: str) -> int | None:
        return self.threads[thread_id].get("count", len(self.threads[thread_id]["posts"]))

    def _thread(self, thread_id: str, number: int) -> Reply:
        thread = self.threads[thread_id]
        posts = thread["posts"][(number - 1) * PER_PAGE : number * PER_PAGE]
        if number > 1 and not posts:
            return Reply(b"no such page", status=404)
        more = {}
        if len(thread["posts"]) > number * PER_PAGE:
            more["next"] = f"{self.url}/t/{thread_id}?p={number + 1}"
        return Reply({"thread": thread_id, "title": thread["title"], "posts": posts, "page": number, **more})


def _handler(forum: TinyForum) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            forum.requests.append(self.path)
            forum.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = forum.reply(self.path, forum.headers[-1])
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + 100 * reply.is_cut))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = self.close_connection or reply.is_cut

        def do_POST(self) -> None:
            forum.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serve(forum: TinyForum, *, context: ssl.SSLContext | None = None) -> Iterator[TinyForum]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(forum))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    forum.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield forum
    finally:
        server.shutdown()
        server.server_close()
