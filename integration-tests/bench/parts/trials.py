"""Trials: cases in which nobody takes turns under one load. Each answers rows of figures, one a proxy."""

import dataclasses
import pathlib
import re
import socket
import time
from statistics import median

from parts import machine, upstream
from parts.load import Paced, Wrk
from parts.process import wait_until

REQUEST = b"GET /128 HTTP/1.1\r\nHost: bench.example\r\n\r\n"


@dataclasses.dataclass(frozen=True)
class Idle:
    """Connections that were used once and stay open: what they cost in memory."""

    connections: int = 10_000
    door: str = "http"
    tools = ("wrk",)

    def run(self, plan, field, setup):
        # A relay has two files for a connection, and HAProxy reserves two for any.
        fits = (machine.raise_file_limit() - 500) // 2
        wanted = min(self.connections, fits)
        if wanted < self.connections:
            limit = machine.raise_file_limit()
            plan.note(f"the limit of open files is {limit}: {wanted} idle connections, not {self.connections}")
        rows = {}
        for proxy in field:
            upstream.start_again(proxy, setup, self.door)
            Wrk(door=self.door).run(proxy.target(self.door), 5, plan.place.load_core)
            rows[proxy.name] = self.measure(proxy, wanted)
        return rows

    def measure(self, proxy, wanted):
        time.sleep(1)
        before = proxy.pss_mib()
        sockets = []
        try:
            for _ in range(wanted):
                opened = socket.create_connection(proxy.target(self.door), 5)
                sockets.append(opened)
                opened.sendall(REQUEST)
                opened.recv(4096)
            time.sleep(1)
            after = proxy.pss_mib()
        finally:
            for opened in sockets:
                opened.close()
        return {
            "connections": len(sockets),
            "MiB before": round(before, 1),
            "MiB with them": round(after, 1),
            "KiB per connection": round((after - before) * 1024 / max(1, len(sockets)), 2),
        }

    def describe(self):
        return f"{self.connections} connections to {self.door}, one request each, after 5 s of load"


@dataclasses.dataclass(frozen=True)
class FirstSeconds:
    """CPU per request in the first seconds of a process that starts from disk, against the same process warmed."""

    seconds: int = 10
    tools = ("wrk",)

    def run(self, plan, field, setup):
        rows = {}
        for proxy in field:
            upstream.start_again(proxy, setup)
            cold = self.per_request(plan, proxy, since_start=True)
            self.per_request(plan, proxy)
            warmed = min(self.per_request(plan, proxy) for _ in range(2))
            rows[proxy.name] = {
                "first us/request": round(cold, 1),
                "warmed us/request": round(warmed, 1),
                "ratio": round(cold / warmed, 2),
            }
        return rows

    def per_request(self, plan, proxy, since_start=False):
        before = None if since_start else proxy.cpu()
        sample = Wrk().run(proxy.target("http"), self.seconds, plan.place.load_core)
        spent = proxy.cpu().total - (before.total if before else 0)
        return spent / sample.units * 1e6

    def describe(self):
        return f"wrk -c 64 /128 for {self.seconds} s as soon as it serves; CPU time since the start of the process"


@dataclasses.dataclass(frozen=True)
class Start:
    """From the start of the process to the first answered request; a node starts from disk, without control plane."""

    times: int = 7
    tools = ()

    def run(self, plan, field, setup):
        rows = {}
        for proxy in field:
            taken = []
            for _ in range(self.times):
                proxy.stop()
                begin = time.monotonic()
                proxy.start(setup, alone=True)
                wait_until(lambda p=proxy: answers_request(p.target("http")), proxy.process, proxy.name)
                taken.append((time.monotonic() - begin) * 1000)
            rows[proxy.name] = milliseconds(taken)
            # On its core again, for the cases that follow.
            upstream.start_again(proxy, setup)
        return rows

    def describe(self):
        return f"{self.times} starts, not bound to a core"


@dataclasses.dataclass(frozen=True)
class Cli:
    """sluicectl get routes, wall time."""

    times: int = 11
    tools = ()

    def run(self, plan, field, setup):
        node = next((proxy for proxy in field if proxy.sluice), None)
        if node is None:
            return {}
        taken = []
        for _ in range(self.times):
            begin = time.monotonic()
            node.control_plane.ctl("get", "routes")
            taken.append((time.monotonic() - begin) * 1000)
        return {"sluicectl": milliseconds(taken)}

    def describe(self):
        return f"{self.times} times"


@dataclasses.dataclass(frozen=True)
class Swap:
    """A change to every one of the routes under a steady load, and an equal window without a change."""

    rate: int = 2_000
    connections: int = 16
    tools = ("h2load",)

    def run(self, plan, field, setup):
        rows = {}
        for node in (proxy for proxy in field if proxy.sluice):
            Wrk(shape=("routes", setup.routes)).run(node.target("http"), max(1, plan.warm), plan.place.load_core)
            quiet, changed, swaps = [], [], []
            seconds = self.apply(node, setup, "v0") + 3
            for number in range(plan.rounds):
                quiet.append(self.window(plan, node, seconds).worst)
                window = self.window(plan, node, seconds, lambda n=number: self.apply(node, setup, f"v{n + 1}"))
                changed.append(window.worst)
                swaps.append(last_swap(node))
            rows[node.name] = {
                "worst ms, no change": millis(quiet),
                "worst ms, change": millis(changed),
                "difference ms, median": round(median(c - q for c, q in zip(changed, quiet, strict=True)) / 1000, 1),
                "compile ms": round(median(swap[0] for swap in swaps)),
                "switch ms": round(median(swap[1] for swap in swaps)),
            }
        return rows

    def apply(self, node, setup, header):
        begin = time.monotonic()
        node.control_plane.apply(setup, 1, header)
        return time.monotonic() - begin

    def window(self, plan, node, seconds, change=None):
        return Paced(self.rate, self.connections).run_beside(node.target("http"), seconds, plan.place.load_core, change)

    def describe(self):
        return f"h2load at {self.rate}/s on {self.connections} connections"


def last_swap(node):
    """Compile and switch time in milliseconds of the last change, from the node's log."""
    found = re.findall(r"compile-millis=(\d+) switch-millis=(\d+)", pathlib.Path(node.directory / "log").read_text())
    return tuple(map(int, found[-1]))


def answers_request(target):
    try:
        with socket.create_connection(target, 1) as opened:
            opened.settimeout(1)
            opened.sendall(REQUEST)
            return opened.recv(16).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def milliseconds(taken):
    return {"ms, median": round(median(taken)), "ms, least": round(min(taken)), "ms, most": round(max(taken))}


def millis(micros):
    return " ".join(f"{value / 1000:.1f}" for value in micros)
