"""Visitors, against servers of a few lines."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.serving.visitors import (
    Connection,
    Refused,
    Traffic,
    api_asker,
    drive,
    gradio_asker,
    merge,
    original_asker,
)

Answer = Callable[[str, bytes], tuple[int, bytes]]


@contextmanager
def serving(answer: Answer, *, closes: bool = False) -> Iterator[int]:
    """A server that answers (path, body) → (status, content); `closes`: the connection, without saying so before."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = closes

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def gradio(path: str, body: bytes) -> tuple[int, bytes]:
    """What Gradio's own endpoints answer, as far as `gradio_asker` needs them."""
    if path == "/gradio_api/upload":
        assert b'name="files"' in body
        assert b"PHOTO" in body
        return 200, json.dumps(["/tmp/photo.jpg"]).encode()
    if path == "/gradio_api/call/predict":
        assert json.loads(body)["data"][0]["path"] == "/tmp/photo.jpg"
        return 200, json.dumps({"event_id": "e1"}).encode()
    assert path == "/gradio_api/call/predict/e1"
    return 200, b'event: heartbeat\ndata: null\n\nevent: complete\ndata: [{"label": "Rose"}]\n\n'


@pytest.mark.parametrize(
    ("asker", "good", "bad"),
    [
        (api_asker, lambda path, body: (200, b'{"predictions": [{}]}'), lambda path, body: (503, b"busy")),
        (
            api_asker,
            lambda path, body: (200, b'{"predictions": [{}]}'),
            lambda path, body: (200, b'{"predictions":[]}'),
        ),
        (original_asker, lambda path, body: (200, b"[1,2,3,4,5]"), lambda path, body: (200, b"[1]")),
        (
            gradio_asker,
            gradio,
            lambda path, body: (200, b"event: error\ndata: null\n\n") if path.endswith("e1") else gradio(path, body),
        ),
    ],
)
def test_an_answer_counts_and_anything_else_is_refused(asker, good: Answer, bad: Answer):
    with serving(good) as port:
        ask = asker(port)
        ask(b"PHOTO")
        ask(b"PHOTO")
    with serving(bad) as port, pytest.raises(Refused):
        asker(port)(b"PHOTO")


def test_a_connection_that_the_server_closed_is_opened_again():
    with serving(lambda path, body: (200, body), closes=True) as port:
        connection = Connection(port)
        assert [connection.ask("POST", "/", body) for body in (b"one", b"two", b"three")] == [b"one", b"two", b"three"]


def test_without_a_server_there_is_an_error():
    with serving(lambda path, body: (200, b"")) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        Connection(port).ask("GET", "/")


def test_visitors_send_as_many_photos_as_are_wanted_each_in_turn():
    got: list[bytes] = []

    def ask(photo: bytes) -> None:
        got.append(photo)

    traffic = drive(lambda: ask, [b"a", b"b", b"c"], visitors=4, answers=7)
    assert sorted(got) == [b"a", b"a", b"a", b"b", b"b", b"c", b"c"]
    assert len(traffic.latencies_s) == 7
    assert traffic.refused == 0
    assert traffic.answers_per_s > 0


def test_what_is_refused_is_counted_and_no_answer():
    def ask(photo: bytes) -> None:
        raise Refused("busy")

    traffic = drive(lambda: ask, [b"a"], visitors=2, answers=4)
    assert (traffic.refused, traffic.latencies_s, traffic.answers_per_s) == (4, (), 0.0)
    assert traffic.percentile_ms(0.5) == traffic.processor_ms == 0


def test_visitors_stop_when_their_time_is_over():
    traffic = drive(lambda: lambda photo: None, [b"a"], visitors=3, seconds=0.05)
    assert traffic.latencies_s
    assert 0.05 <= traffic.seconds < 5


def test_settling_leaves_out_each_visitors_first_answer_and_what_came_before():
    lock, asked = threading.Lock(), [0]

    def ask(photo: bytes) -> None:
        with lock:
            asked[0] += 1
            first = asked[0] <= 3
        time.sleep(0.3 if first else 0.01)  # a server that is still starting up

    traffic = drive(lambda: ask, [b"a"], visitors=3, seconds=0.1, settle=True)
    assert traffic.percentile_ms(1) < 250
    assert 0.1 <= traffic.seconds < 0.29
    assert 3 <= traffic.answers <= asked[0] - 3


def test_a_server_that_refuses_all_does_not_keep_visitors_from_settling():
    def ask(photo: bytes) -> None:
        raise Refused("gone")

    traffic = drive(lambda: ask, [b"a"], visitors=2, seconds=0.05, settle=True)
    assert (traffic.answers, traffic.latencies_s) == (0, ())
    assert traffic.refused >= 4


@pytest.mark.parametrize("how", [{}, {"seconds": 1.0, "answers": 1}])
def test_either_the_time_or_the_number_is_given(how):
    with pytest.raises(ValueError, match="One of seconds and answers"):
        drive(lambda: lambda photo: None, [b"a"], visitors=1, **how)


def test_percentiles_are_of_the_nearest_rank():
    traffic = Traffic(tuple(number / 1000 for number in range(1, 101)), 2.0, 100, processor_s=0.5)
    assert [traffic.percentile_ms(share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1, 50, 95, 99, 100]
    assert traffic.answers_per_s == 50
    assert traffic.processor_ms == 5


def test_turns_are_merged():
    merged = merge([Traffic((0.1, 0.3), 1.0, 2, 1, 0.2), Traffic((0.2,), 0.5, 1, 0, 0.1)])
    assert merged == Traffic((0.1, 0.2, 0.3), 1.5, 3, 1, pytest.approx(0.3))
