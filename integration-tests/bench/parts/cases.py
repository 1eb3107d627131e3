"""The cases. A new one is an entry here; a new kind of load is a class in load.py, a new door a port in proxies.py.

Floor and goal are ratios of Sluice's CPU time per unit to that of the better of nginx and HAProxy.
"""

import dataclasses
import fnmatch

from parts.load import H2load, Handshakes, Iperf, Part, Udp, Wrk
from parts.proxies import Setup
from parts.trials import Cli, FirstSeconds, Idle, Start, Swap

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Referer: https://shop.example/catalogue/shoes?page=2",
    "Cookie: session=4f1c2a9d8e7b6a5c4d3e2f1a0b9c8d7e; consent=all; theme=dark; cart=8841-22-5",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: same-origin",
    "Upgrade-Insecure-Requests: 1",
    "Priority: u=0, i",
)
CLOSE = ("Connection: close",)


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    # A load, for which the proxies take turns, or a trial.
    load: object
    setup: Setup = Setup()
    floor: float | None = None
    goal: float | None = None
    quick: bool = False
    # Only where spliced bytes matter; HAProxy's splice costs elsewhere.
    splice: bool = False
    # What floor and goal are ratios of: CPU time or p99.
    figure: str = "cpuMicros"
    # What a trial's figures should be, in words.
    target: str = ""

    @property
    def trial(self):
        return not hasattr(self.load, "unit")


CASES = [
    Case("l7-128-c4", "HTTP, 128 B, 4 connections", Wrk(connections=4), floor=1.0, goal=0.85),
    Case("l7-128-c64", "HTTP, 128 B, 64 connections", Wrk(), floor=0.85, goal=0.70, quick=True),
    Case("l7-128-c256", "HTTP, 128 B, 256 connections", Wrk(connections=256), floor=0.85, goal=0.70),
    Case("l7-headers-c64", "HTTP, 128 B, a browser's headers", Wrk(headers=BROWSER), floor=0.85, goal=0.70),
    Case("l7-1k-c64", "HTTP, 1 KiB", Wrk("/1k"), floor=0.85, goal=0.70),
    Case("l7-64k-c64", "HTTP, 64 KiB", Wrk("/64k"), floor=0.85, goal=0.60, quick=True, splice=True),
    Case("l7-1m-c16", "HTTP, 1 MiB, 16 connections", Wrk("/1m", 16), floor=1.0, goal=0.55, splice=True),
    Case(
        "l7-close-c64", "HTTP, a new connection per request", Wrk(headers=CLOSE), floor=1.0, goal=0.80,
    ),
    Case("l7-post-64k-c64", "HTTP, POST of 64 KiB", Wrk(shape=("post", 65536)), floor=1.0, splice=True),
    Case("l7-pipelined-c16", "HTTP, 8 requests pipelined", Wrk(connections=16, shape=("pipeline", 8)), floor=1.0),
    Case("tls-128-c64", "HTTPS, 128 B, 64 connections", Wrk(door="tls"), floor=1.0, goal=0.85),
    Case("tls-64k-c64", "HTTPS, 64 KiB", Wrk("/64k", door="tls"), floor=0.80, goal=0.60),
    Case("tls-full-p256", "TLS, full handshakes, P-256", Handshakes(False), floor=1.05, goal=0.90),
    Case("tls-full-rsa", "TLS, full handshakes, RSA-2048", Handshakes(False, "rsa"), floor=1.05, goal=0.90),
    Case("tls-resumed-p256", "TLS, resumed handshakes, P-256", Handshakes(True), floor=1.05, goal=0.90),
    Case("tls-resumed-rsa", "TLS, resumed handshakes, RSA-2048", Handshakes(True, "rsa"), floor=1.05, goal=0.90),
    Case("h2-128-64x1", "HTTP/2, 128 B, 64 connections of one stream", H2load(64, 1), floor=0.85, goal=0.70),
    Case("h2-128-16x16", "HTTP/2, 128 B, 16 connections of 16 streams", H2load(16, 16), floor=0.85, goal=0.50),
    Case("h2-128-4x100", "HTTP/2, 128 B, 4 connections of 100 streams", H2load(4, 100), floor=0.85, goal=0.50),
    Case("h2-64k-64x1", "HTTP/2, 64 KiB, 64 connections of one stream", H2load(64, 1, "/64k"), floor=0.85, goal=0.60),
    Case("h2-64k-4x100", "HTTP/2, 64 KiB, 4 connections of 100 streams", H2load(4, 100, "/64k"), floor=0.85, goal=0.60),
    Case("h2-h2c-4x100", "HTTP/2 on both sides, 128 B, 4 connections of 100 streams", H2load(4, 100, door="h2_h2c"), floor=0.50, goal=0.25),
    Case(
        "h2-batched-4x100", "HTTP/2 on both sides, to an upstream that writes many responses at a time",
        H2load(4, 100, door="h2_batched"), floor=0.50, goal=0.25,
    ),
    Case("l7-h2c-c64", "HTTP/1.1 to an upstream of HTTP/2, 128 B", Wrk(door="h1_h2c"), floor=0.70, goal=0.50),
    Case(
        "grpc-unary-4x100", "gRPC, unary calls of 128 B, 4 connections of 100 streams",
        H2load(4, 100, "/bench.Echo/Unary", "h2_h2c", call=128), floor=0.50, goal=0.25,
    ),
    Case("l4-128-c64", "TCP, 128 B, 64 connections", Wrk(door="tcp"), floor=1.1, goal=0.95, quick=True),
    Case("l4-64k-c64", "TCP, 64 KiB", Wrk("/64k", door="tcp"), floor=1.05, goal=0.90, splice=True),
    Case("l4-bulk-down", "TCP, one stream to the client", Iperf(down=True), floor=1.05, goal=0.90, quick=True, splice=True),
    Case("l4-bulk-up", "TCP, one stream to the upstream", Iperf(down=False), floor=1.05, goal=0.90, splice=True),
    Case(
        "l4-close-c64", "TCP, a new connection per request", Wrk(door="tcp", headers=CLOSE, unit="connection"),
        floor=1.2, goal=0.95,
    ),
    Case("l7-latency-70", "HTTP, 128 B, latency at 70 % of capacity", Part(0.7), floor=1.2, goal=1.0, figure="p99Micros"),
    Case("l7-idle", "HTTP, 10,000 idle connections", Idle(), target="whole process at most 200 MiB, goal 130 MiB"),
    Case("l4-idle", "TCP, 5,000 idle connections", Idle(5_000, "tcp")),
    Case("first-10s", "the first 10 s against the warmed process", FirstSeconds(), target="ratio at most 3, goal 1.5"),
    Case("start", "process start to the first answer, from disk", Start(), target="less than 1,500 ms"),
    Case("cli", "sluicectl get routes", Cli(), target="less than 250 ms"),
    Case("udp-512", "UDP, 512 B, 60,000/s", Udp(512, 60_000), floor=1.1, goal=0.80),
    Case("udp-1200", "UDP, 1,200 B, 20,000/s", Udp(1200, 20_000), floor=1.1, goal=0.80),
    Case("udp-5000-flows", "UDP, 64 B, 20,000/s, 5,000 flows", Udp(64, 20_000, 5_000), floor=1.1, goal=0.80),
    Case("l7-log-c64", "HTTP, 128 B, access log on", Wrk(), Setup(access_log=True), floor=1.0, goal=0.75),
    Case(
        "l7-1000-routes", "HTTP, 128 B, 1,000 routes", Wrk(shape=("routes", 1000)), Setup(routes=1000),
        floor=1.0, goal=0.75,
    ),
    Case("l7-10000-routes", "HTTP, 128 B, 10,000 routes", Wrk(shape=("routes", 10000)), Setup(routes=10000), floor=1.0),
    Case(
        "swap-10000", "a change to all of 10,000 routes", Swap(), Setup(routes=10000),
        target="compile and switch less than 1,000 ms; worst latency at most 5 ms above the window without a change",
    ),
]  # fmt: skip


def chosen(names, quick):
    """The cases of a run, those with equal setups together."""
    if not names:
        return [case for case in CASES if case.quick or not quick]
    found = [case for case in CASES if any(fnmatch.fnmatch(case.name, name) for name in names)]
    for name in names:
        if not any(fnmatch.fnmatch(case.name, name) for case in CASES):
            raise SystemExit(f"run: --case {name}: no such case; run --list names them")
    return found
