"""Loads: what is driven through a door of a proxy, with which tool. Each knows its unit and what it needs."""

import concurrent.futures
import dataclasses
import json
import re
import resource
import subprocess
import sys
import tempfile
import time

from parts import machine, udp
from parts.process import Cpu, placement


@dataclasses.dataclass
class Sample:
    """What the load saw in one turn. Latencies in microseconds; None where the tool says nothing of them."""

    units: float
    seconds: float
    errors: int = 0
    p50: float | None = None
    p99: float | None = None
    p999: float | None = None
    cpu: Cpu | None = None
    worst: float | None = None


def drive(command, cores, seconds):
    """Runs a load tool on its core; answers its output and the CPU time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
        preexec_fn=placement(cores),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if answer.returncode:
        raise RuntimeError(f"{command[0]} ended with {answer.returncode}: {(answer.stderr or answer.stdout)[-500:]}")
    return answer.stdout, Cpu(after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime)


@dataclasses.dataclass(frozen=True)
class Wrk:
    """Closed loop: each connection sends its next request once the last one is answered."""

    path: str = "/128"
    connections: int = 64
    door: str = "http"
    shape: tuple = ()
    headers: tuple = ()
    unit: str = "request"
    tools = ("wrk",)

    def run(self, target, seconds, cores):
        address, port = target
        command = [
            machine.find("wrk"), "-t", 1, "-c", self.connections, "-d", f"{max(1, round(seconds))}s",
            "-s", machine.HERE / "load/wrk.lua",
            *(word for header in self.headers for word in ("-H", header)),
            f"{'https' if self.door == 'tls' else 'http'}://{address}:{port}{self.path}", "--", *self.shape,
        ]  # fmt: skip
        output, cpu = drive(command, cores, seconds)
        result = json.loads(output.partition("RESULT ")[2])
        return Sample(
            result["units"], result["seconds"], result["errors"],
            result["p50"], result["p99"], result["p999"], cpu, result["max"],
        )  # fmt: skip

    def describe(self):
        return " ".join(["wrk", f"-c {self.connections}", self.path, *map(str, self.shape)])


@dataclasses.dataclass(frozen=True)
class H2load:
    """Closed loop over HTTP/2 by prior knowledge: so many streams at a time on each connection. With a call, each
    request is a unary call of gRPC with a message of so many bytes.
    """

    connections: int
    streams: int
    path: str = "/128"
    door: str = "h2c"
    call: int = 0
    unit: str = "request"

    @property
    def tools(self):
        # HAProxy is the upstream behind that door.
        return ("h2load", "haproxy") if self.door == "h2_batched" else ("h2load",)

    def run(self, target, seconds, cores):
        address, port = target
        with tempfile.NamedTemporaryFile(prefix="sluice-bench-") as message:
            # Not compressed, its length, and that many bytes.
            message.write(b"\0" + self.call.to_bytes(4, "big") + b"x" * self.call)
            message.flush()
            call = ["-d", message.name, "-H", "content-type: application/grpc", "-H", "te: trailers"]
            command = [
                machine.find("h2load"), "-t", 1, "-c", self.connections, "-m", self.streams,
                "-D", max(1, round(seconds)), *(call if self.call else []), f"http://{address}:{port}{self.path}",
            ]  # fmt: skip
            output, cpu = drive(command, cores, seconds)
        answered = re.search(r"(\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
        failed = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", output)
        if not answered or not failed:
            raise RuntimeError(f"h2load says nothing of its requests: {output[-500:]}")
        errors = sum(map(int, answered.groups()[1:])) + int(failed.group(1))
        return Sample(int(answered.group(1)), max(1, round(seconds)), errors, cpu=cpu)

    def describe(self):
        message = f", message of {self.call} B" if self.call else ""
        return f"h2load -c {self.connections} -m {self.streams} {self.path}{message}"


@dataclasses.dataclass(frozen=True)
class Handshakes:
    """Closed loop of TLS connections with one request each; every handshake is full, or every one resumes a session."""

    resumed: bool
    door: str = "tls"
    connections: int = 16
    unit: str = "connection"
    tools = ()

    def run(self, target, seconds, cores):
        kind = "resumed" if self.resumed else "full"
        command = [sys.executable, machine.HERE / "load/tls.py", *target, self.connections, seconds, kind]
        output, cpu = drive(command, cores, seconds)
        result = json.loads(output.partition("RESULT ")[2])
        return Sample(
            result["units"], result["seconds"], result["errors"],
            result["p50"], result["p99"], result["p999"], cpu,
        )  # fmt: skip

    def describe(self):
        return f"load/tls.py, {self.connections} connections at a time, {'resumed' if self.resumed else 'full'} handshakes"


@dataclasses.dataclass(frozen=True)
class Iperf:
    """One TCP connection as fast as it goes; down is from the upstream to the client."""

    down: bool = True
    door: str = "bulk"
    unit: str = "MiB"
    tools = ("iperf3",)

    def run(self, target, seconds, cores):
        address, port = target
        command = [machine.find("iperf3"), "-c", address, "-p", port, "-t", max(1, round(seconds)), "-J"]
        output, cpu = drive(command + (["-R"] if self.down else []), cores, seconds)
        received = json.loads(output)["end"]["sum_received"]
        return Sample(received["bytes"] / 2**20, received["seconds"], cpu=cpu)

    def describe(self):
        return "iperf3" + (" -R" if self.down else "")


@dataclasses.dataclass(frozen=True)
class Udp:
    """Open loop: datagrams at a fixed rate, over so many client ports in turn, to an echo server and back."""

    bytes: int
    rate: int
    flows: int = 100
    door: str = "udp"
    unit: str = "datagram"
    tools = ("cc",)

    def run(self, target, seconds, cores):
        command = [udp.tool(), "load", *target, self.bytes, self.rate, self.flows, seconds, target[0]]
        output, cpu = drive(command, cores, seconds)
        result = json.loads(output.partition("RESULT ")[2])
        return Sample(
            result["units"], result["seconds"], result["errors"],
            result["p50"], result["p99"], result["p999"], cpu,
        )  # fmt: skip

    def describe(self):
        return f"udp load, {self.bytes} B at {self.rate}/s over {self.flows} flows"


@dataclasses.dataclass(frozen=True)
class Paced:
    """Open loop: requests at a fixed rate, so that latency is that of a proxy with room to spare."""

    rate: float
    connections: int = 64
    path: str = "/128"
    door: str = "http"
    unit: str = "request"
    tools = ("h2load",)

    def run(self, target, seconds, cores):
        return self.run_beside(target, seconds, cores, None)

    def run_beside(self, target, seconds, cores, change):
        """Runs while something is changed, a second after the begin."""
        address, port = target
        with tempfile.NamedTemporaryFile(prefix="sluice-bench-") as log:
            command = [
                machine.find("h2load"), "--h1", "-t", 1, "-c", self.connections, "-D", max(1, round(seconds)),
                "--rps", f"{self.rate / self.connections:.2f}", f"--log-file={log.name}",
                f"http://{address}:{port}{self.path}",
            ]  # fmt: skip
            with concurrent.futures.ThreadPoolExecutor(1) as beside:
                changing = beside.submit(later, change) if change else None
                _, cpu = drive(command, cores, seconds)
                if changing:
                    changing.result()
            times, errors = read_log(log.name)
        if not times:
            raise RuntimeError("h2load got no answer")
        times.sort()
        at = lambda part: float(times[min(len(times) - 1, int(len(times) * part))])  # noqa: E731
        return Sample(len(times), seconds, errors, at(0.5), at(0.99), at(0.999), cpu, float(times[-1]))

    def describe(self):
        return f"h2load --h1 -c {self.connections} at {self.rate:.0f}/s"


@dataclasses.dataclass(frozen=True)
class Part:
    """The rate that is a part of what the first of the peers manages; the same for all in a run."""

    part: float
    door: str = "http"
    unit: str = "request"
    tools = ("h2load", "wrk")

    def prepared(self, plan, field):
        first = next((proxy for proxy in field if not proxy.sluice), field[0])
        sample = Wrk(door=self.door).run(first.target(self.door), 3, plan.place.load_core)
        return Paced(self.part * sample.units / sample.seconds, door=self.door)


def later(change):
    time.sleep(1)
    change()


def read_log(file):
    """The times of the requests that h2load wrote down, in microseconds, and how many were not answered with 200."""
    times, errors = [], 0
    with open(file) as lines:
        for line in lines:
            _, status, micros = line.split("\t")[:3]
            times.append(int(micros))
            errors += status != "200"
    return times, errors
