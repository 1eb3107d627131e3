"""A small HTTP/1.1 server for where nginx is missing: own_upstream.py HOST:PORT."""

import asyncio
import sys

SIZES = {b"/1k": 1024, b"/64k": 64 * 1024, b"/1m": 1024 * 1024}


class Connection(asyncio.Protocol):
    def __init__(self):
        self.received = b""
        self.body_left = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.body_left:
            skipped = min(self.body_left, len(data))
            self.body_left -= skipped
            data = data[skipped:]
        self.received += data
        while not self.body_left and b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            self.answer(head)
            skipped = min(self.body_left, len(rest))
            self.body_left -= skipped
            self.received = rest[skipped:]

    def answer(self, head):
        lowered = head.lower()
        at = lowered.find(b"\r\ncontent-length:")
        if at >= 0:
            self.body_left = int(lowered[at + 17 :].split(b"\r\n", 1)[0])
        body = b"x" * SIZES.get(head.split(b" ", 2)[1], 128)
        close = b"\r\nconnection: close" in lowered
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (len(body), b"Connection: close\r\n" if close else b"")
            + body
        )
        if close:
            self.transport.close()


async def serve(host, port):
    server = await asyncio.get_running_loop().create_server(Connection, host, port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    asked_host, _, asked_port = sys.argv[1].rpartition(":")
    asyncio.run(serve(asked_host, int(asked_port)))
