"""The server with real sockets and a plain WSGI app: what arrives slowly, what is too much, what is held."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from web.server.engine.buffering import MOST_AHEAD, BoundedBuffer, BoundedChannel, BoundedServer, Limits
from web.server.engine.worker import adjustments

THREADS = 2
ENOUGH = {"body_bytes": 100_000, "request_s": 0.5, "bytes_per_s": 10**9, "idle_s": 30}
UNFINISHED = (
    b"GET / HTT",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n{",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
)


class App:
    """Answers with the length that was announced and the length that it could read. `hold` keeps it from answering."""

    def __init__(self) -> None:
        self.hold, self.asked = threading.Event(), threading.Semaphore(0)
        self.refused: list[int] = []
        self.hold.set()

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.asked.release()
        assert self.hold.wait(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ.get('CONTENT_LENGTH', 0)} {len(body)}".encode()]


@contextmanager
def serving(app: App, **limits) -> Iterator[BoundedServer]:
    bounds = Limits(**{**ENOUGH, **limits})
    dispatcher, sockets = ThreadedTaskDispatcher(), {}
    dispatcher.set_thread_count(THREADS)
    listener = socket.create_server(("127.0.0.1", 0))
    server = BoundedServer(
        app,
        limits=bounds,
        map=sockets,
        _sock=listener,
        bind_socket=False,
        dispatcher=dispatcher,
        count_refusal=app.refused.append,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        adj=adjustments(bounds, threads=THREADS),
    )
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=sockets, count=1)
            server.maintenance(time.time())

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield server
    finally:
        app.hold.set()
        stop.set()
        thread.join()
        wasyncore.close_all(sockets)
        dispatcher.shutdown(timeout=2)


def connect(server: BoundedServer, data: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=10)
    client.sendall(data)
    return client


def read_all(client: socket.socket) -> bytes:
    with client:
        return b"".join(iter(lambda: client.recv(65536), b""))


def read_until(client: socket.socket, end: bytes) -> bytes:
    """What comes, up to and with `end`."""
    came = b""
    while end not in came:
        came += (new := client.recv(65536))
        assert new, came
    return came


def ask(server: BoundedServer, body: bytes | Iterator[bytes] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(server.effective_port), timeout=10)
    connection.request("POST" if body else "GET", "/", body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_what_the_app_never_sees_is_counted_by_its_status():
    app = App()
    with serving(app, drained_bytes=200_000) as server:
        for sent in (UNFINISHED[0], UNFINISHED[2], b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 9000):
            read_all(connect(server, sent))
        assert ask(server, b"a" * 200_001)[0] == 413
        assert ask(server) == (200, "0 0")
    assert app.refused == [408, 408, 400, 431, 413]


@pytest.mark.parametrize("beginning", UNFINISHED)
def test_a_request_that_never_becomes_whole_is_refused_with_a_sentence(beginning):
    with serving(App()) as server:
        began = time.monotonic()
        answer = read_all(connect(server, beginning))
        assert 0.4 < time.monotonic() - began < 5
        assert b" 408 Request Timeout" in answer.partition(b"\r\n")[0]
        assert b"arrived too slowly" in answer
        assert b"X-Content-Type-Options: nosniff" in answer
        assert not server.active_channels


def test_a_body_gets_more_time_the_more_of_it_comes():
    with serving(App(), bytes_per_s=10) as server:
        client = connect(server, b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 30\r\n\r\n" + b"a" * 20)
        time.sleep(1)
        client.sendall(b"a" * 10)
        assert read_all(client).endswith(b"30 30")


def test_slow_clients_take_no_thread():
    with serving(App(), request_s=30) as server:
        slow = [connect(server, UNFINISHED[number % len(UNFINISHED)]) for number in range(20 * THREADS)]
        assert ask(server) == (200, "0 0")
        assert ask(server, b"a" * 50_000) == (200, "50000 50000")
        for client in slow:
            client.close()


def test_a_connection_on_which_nothing_comes_is_closed():
    with serving(App(), idle_s=1) as server:
        assert read_all(connect(server)) == b""


@pytest.mark.parametrize("chunked", [False, True])
def test_of_a_body_that_is_too_long_the_app_gets_the_length_only(chunked):
    body = b"a" * 100_001
    with serving(App()) as server:
        assert ask(server, iter([body]) if chunked else body) == (200, "100001 0")
        assert server.held_bytes == 0


def test_a_body_above_all_measure_closes_the_connection():
    with serving(App(), drained_bytes=200_000) as server:
        assert ask(server, b"a" * 200_001)[0] == 413


def test_a_chunk_that_makes_no_sense_is_a_mistake_of_the_client():
    with serving(App()) as server:
        client = connect(
            server, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab\r\n0\r\n\r\n"
        )
        assert b" 400 " in read_all(client).partition(b"\r\n")[0]


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        CHUNKED.replace(b"1.1", b"1.0") + b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n",
        CHUNKED + b"\r\n" + b"5" * 40_000,
        CHUNKED + b"\r\n5;" + b"a" * 40_000,
        CHUNKED + b"\r\n0\r\n" + b"X: 1\r\n" * 10_000,
    ],
)
def test_what_can_be_read_in_two_ways_or_has_no_bound_is_refused_and_the_connection_closed(request_: bytes):
    app = App()
    with serving(app, request_s=30) as server:
        answer = read_all(connect(server, request_))
        assert b" 400 " in answer.partition(b"\r\n")[0]
        assert answer.count(b"Content-Type:") == 1, "nothing after it counts as a request"
        assert not app.asked.acquire(blocking=False)
        assert server.held_bytes == 0


@pytest.mark.parametrize("data", [CHUNKED + b"\r\n" + b"1\r\na\r\n" * 40_000, b"\r\n" * 120_000])
def test_many_small_parts_do_not_keep_the_main_thread(data: bytes):
    """240 kB in such parts, in one block, took a second; in pieces, some hundredths."""
    with serving(App(), request_s=30) as server:
        channel = BoundedChannel(server, socket.socket(), ("127.0.0.1", 1), server.adj, map={})
        began = time.process_time()
        channel.received(data)
        assert time.process_time() - began < 0.5
        channel.handle_close()


def test_a_chunked_body_in_small_chunks_arrives_whole():
    body = bytes(range(256)) * 100
    chunks = b"".join(b"7\r\n%b\r\n" % body[at : at + 7] for at in range(0, len(body) - 7, 7))
    rest = body[(len(body) - 1) // 7 * 7 :]
    data = CHUNKED + b"Connection: close\r\n\r\n" + chunks + b"%x\r\n%b\r\n0\r\nX: 1\r\n\r\n" % (len(rest), rest)
    with serving(App()) as server:
        assert read_all(connect(server, data)).endswith(b"25600 25600")


def test_whoever_asks_too_far_ahead_is_cut_off():
    app = App()
    app.hold.clear()
    with serving(app) as server:
        client = connect(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (MOST_AHEAD + 10))
        assert read_all(client) == b""
        app.hold.set()
        client = connect(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (MOST_AHEAD // 2))
        assert read_until(client, b"0 0").count(b"200 OK") >= 1
        client.close()


def test_what_bodies_take_together_is_bounded_and_the_oldest_unfinished_one_goes():
    with serving(App(), request_s=30, held_bytes=100_000) as server:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"
        first, second = connect(server, head + b"a" * 59_999), None
        wait_until(lambda: server.held_bytes == 59_999)
        second = connect(server, head + b"a" * 59_999)
        assert b" 503 Service Unavailable" in (answer := read_all(first)).partition(b"\r\n")[0]
        assert b"Retry-After: 5" in answer
        second.sendall(b"a")
        assert read_until(second, b"60000 60000")
        second.close()
        wait_until(lambda: server.held_bytes == 0)


def test_a_body_counts_until_it_is_answered():
    app = App()
    app.hold.clear()
    with serving(app) as server:
        client = connect(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n" + b"a" * 9)
        assert app.asked.acquire(timeout=10)
        assert server.held_bytes == 9
        client.close()
        app.hold.set()
        wait_until(lambda: server.held_bytes == 0)


def test_new_connections_take_the_place_of_those_that_wait_longest():
    with serving(App(), connections=5, request_s=30) as server:
        waiting = [connect(server, UNFINISHED[1]) for _ in range(5)]
        wait_until(lambda: len(server.active_channels) == 5)
        assert ask(server) == (200, "0 0")
        assert read_all(waiting[0]) == b""
        for client in waiting:
            client.close()


def test_a_connection_is_kept_for_further_requests():
    with serving(App()) as server:
        client = connect(server)
        for _ in range(3):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert read_until(client, b"0 0")
        client.close()


def test_a_body_stays_in_memory_and_gives_it_back():
    buffer = BoundedBuffer(10)
    buffer.append(b"12345")
    buffer.append(b"6789")
    assert (len(buffer), buffer.held_bytes) == (9, 9)
    file = buffer.getfile()
    assert (file.read(5), file.read(), file.read()) == (b"12345", b"6789", b"")
    assert file.getbuffer().nbytes == 0, "who read it has it"
    buffer.append(b"abc")
    assert (len(buffer), buffer.held_bytes, buffer.getfile().read()) == (12, 0, b"")
    buffer.close()
    assert buffer.held_bytes == 0


def wait_until(done) -> None:
    until = time.monotonic() + 10
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_answer_leaves_in_one_piece(monkeypatch: pytest.MonkeyPatch):
    """A proxy that has got the head of an answer cannot ask another server for the body any more."""
    pieces: list[bytes] = []
    send = BoundedChannel.send

    def sending(self: BoundedChannel, data: bytes, do_close: bool = True) -> int:
        pieces.append(data)
        return send(self, data, do_close)

    monkeypatch.setattr(BoundedChannel, "send", sending)
    with serving(App()) as server:
        client = connect(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        while client.recv(65536):
            pass
    (piece,) = pieces
    assert piece.startswith(b"HTTP/1.1 200 OK")
    assert piece.endswith(b"3 3")
