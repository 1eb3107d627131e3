"""Connections over TLS, one request on each: tls.py HOST PORT CONNECTIONS SECONDS full|resumed.

Wants of each handshake to be what was asked for, since load tools that reuse a connection's object resume unasked:
anything else is an error. The result is one line of JSON.
"""

import contextlib
import json
import selectors
import socket
import ssl
import sys
import time

REQUEST = b"GET /128 HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n"


class Loop:
    """So many connections at a time, on one thread; resumed ones begin with the last session that a server gave."""

    def __init__(self, target, resumed):
        self.target = target
        self.resumed = resumed
        self.session = None
        self.selector = selectors.DefaultSelector()
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.times = []
        self.errors = 0

    def run(self, connections, seconds):
        if self.resumed:
            self.one_by_hand()
        begin = time.monotonic()
        end = begin + seconds
        for _ in range(connections):
            self.open()
        while (now := time.monotonic()) < end:
            for key, _ in self.selector.select(end - now):
                self.advance(key.data)
        return time.monotonic() - begin

    def one_by_hand(self):
        """The first session; it arrives with or before the answer."""
        with socket.create_connection(self.target, 5) as plain, self.context.wrap_socket(plain) as opened:
            opened.sendall(REQUEST)
            while opened.recv(65536):
                pass
            self.session = opened.session

    def open(self):
        plain = socket.socket()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setblocking(False)
        plain.connect_ex(self.target)
        connection = Connection(plain)
        self.selector.register(plain, selectors.EVENT_WRITE, connection)

    def advance(self, connection):
        """As far as it gets without waiting; then the next one takes its place."""
        try:
            done = connection.advance(self)
        except ssl.SSLWantReadError:
            self.selector.modify(connection.socket, selectors.EVENT_READ, connection)
            return
        except ssl.SSLWantWriteError:
            self.selector.modify(connection.socket, selectors.EVENT_WRITE, connection)
            return
        except OSError:
            done = False
        self.selector.unregister(connection.socket)
        connection.socket.close()
        if done:
            self.times.append((time.monotonic() - connection.begin) * 1e6)
        else:
            self.errors += 1
            # A door that is shut must not be hammered.
            time.sleep(0.001)
        self.open()


class Connection:
    """One connection; its socket is plain until it is connected."""

    def __init__(self, plain):
        self.begin = time.monotonic()
        self.socket = plain
        self.secure = False
        self.sent = False
        self.answer = b""

    def advance(self, loop):
        """Whether what came is what was wanted, once it is over."""
        if not self.secure:
            self.wrap(loop)
        if not self.sent:
            self.socket.do_handshake()
            self.socket.send(REQUEST)
            self.sent = True
        while received := self.socket.recv(65536):
            self.answer += received
        if loop.resumed:
            loop.session = self.socket.session
        as_wanted = self.socket.session_reused == loop.resumed
        with contextlib.suppress(OSError):
            self.socket.unwrap()
        return as_wanted and self.answer.startswith(b"HTTP/1.1 200")

    def wrap(self, loop):
        descriptor = self.socket.fileno()
        loop.selector.unregister(self.socket)
        self.socket = loop.context.wrap_socket(
            self.socket, do_handshake_on_connect=False, session=loop.session if loop.resumed else None
        )
        assert self.socket.fileno() == descriptor
        loop.selector.register(self.socket, selectors.EVENT_READ, self)
        self.secure = True


def main(host, port, connections, seconds, kind):
    loop = Loop((host, int(port)), kind == "resumed")
    taken = loop.run(int(connections), float(seconds))
    times = sorted(loop.times)
    at = lambda part: times[min(len(times) - 1, int(len(times) * part))] if times else 0  # noqa: E731
    result = {"units": len(times), "seconds": taken, "errors": loop.errors}
    print("RESULT " + json.dumps({**result, "p50": at(0.5), "p99": at(0.99), "p999": at(0.999)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
