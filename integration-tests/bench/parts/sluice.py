"""Sluice as a user runs it: a control plane, packaged nodes that know only it, and sluicectl for the configuration."""

import dataclasses
import os
import pathlib
import re
import subprocess
import time
import urllib.request

from parts import machine, pki, routes, upstream
from parts.process import Process, placement, wait_until
from parts.proxies import Doors


@dataclasses.dataclass
class Variant:
    """One Sluice to measure: where it lies and how its node starts."""

    name: str
    home: pathlib.Path
    transport: str = "auto"
    java: str = ""
    aot: str = "on"

    def describe(self):
        home = self.home.relative_to(machine.ROOT) if self.home.is_relative_to(machine.ROOT) else self.home
        return f"{home}, --transport {self.transport}, JVM options {self.java or 'as packaged'}, AOT cache {self.aot}"


def cache_home():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")


class ControlPlane:
    """The control plane and the configuration in it; away from the proxy's core, and behind everything else there."""

    def __init__(self, place, home):
        self.place = place
        self.home = home
        self.directory = place.directory / "control-plane"
        self.rest = f"127.0.0.1:{place.port_base + 2}"
        self.grpc = f"127.0.0.1:{place.port_base + 3}"
        self.process = None

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        ready = self.directory / "ready"
        command = [
            self.home / "bin/sluice-control-plane", "--rest", self.rest, "--grpc", self.grpc,
            "--data-dir", self.directory / "data", "--ready-file", ready,
        ]  # fmt: skip
        self.process = Process(command, self.directory / "log", self.place.load_core, behind=True)
        wait_until(ready.exists, self.process, "the control plane")

    def apply(self, setup, nodes, header=None):
        place = self.place
        text = upstream.fill(
            "sluice.yaml",
            {
                **{door.upper(): port for door, port in dataclasses.asdict(place.doors).items()},
                "UPSTREAM": "%s:%d" % place.upstream,
                "H2C_UPSTREAM": "%s:%d" % place.h2c_upstream,
                "BATCHING_UPSTREAM": "%s:%d" % place.batching_upstream,
                "BULK_UPSTREAM": "%s:%d" % place.bulk_upstream,
                "UDP_UPSTREAM": "%s:%d" % place.udp_upstream,
            },
        )
        file = self.directory / "config.yaml"
        file.write_text(text + pki.resources(place.directory) + routes.sluice(setup.routes, header))
        away = placement(place.load_core, behind=True)
        self.ctl("apply", "-f", file, "--nodes", str(nodes), "--timeout", "60s", placed=away)

    def ctl(self, *words, placed=None):
        command = [str(word) for word in (self.home / "bin/sluicectl", *words, "--server", f"http://{self.rest}")]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=placed)
        if answer.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {answer.returncode}:\n{answer.stdout}{answer.stderr}")
        return answer.stdout

    def stop(self):
        if self.process:
            self.process.stop()


class Node:
    """A packaged node with one event loop."""

    sluice = True
    doors = tuple(field.name for field in dataclasses.fields(Doors))

    def __init__(self, variant, place, number, control_plane):
        self.name = variant.name
        self.variant = variant
        self.place = place
        self.address = f"127.0.0.{10 + number}"
        self.admin = self.address, place.port_base + 4
        self.control_plane = control_plane
        self.directory = place.directory / variant.name
        self.process = None

    def start(self, setup, alone=False):
        """Starts it on its core; alone, it finds no control plane but may have all cores."""
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [
            self.variant.home / "bin/sluice-node", "--control-plane", "127.0.0.1:1" if alone else self.control_plane.grpc,
            "--name", self.name.replace("_", "-"), "--bind", self.address, "--admin", "%s:%d" % self.admin,
            "--data-dir", self.directory / "data", "--event-loops", "1", "--transport", self.variant.transport,
            "--access-log", self.directory / "access.log" if setup.access_log else "off",
        ]  # fmt: skip
        environment = {"SLUICE_JAVA_OPTS": self.variant.java, "SLUICE_AOT": self.variant.aot}
        cores = None if alone else self.place.proxy_core
        self.process = Process(command, self.directory / "log", cores, environment=environment)
        wait_until(lambda: upstream.answers(self.admin), self.process, self.name)

    def cpu(self):
        return self.process.cpu()

    def compiling(self):
        """Seconds of CPU that the JVM's compilers have taken since it started."""
        return self.process.cpu_of_threads("C1 Compiler", "C2 Compiler")

    def pss_mib(self):
        return self.process.pss_mib()

    def heap_allocated(self):
        """Bytes that the node allocated on its heap since it started: what the collections saw, and what came since."""
        with urllib.request.urlopen("http://%s:%d/metrics" % self.admin, timeout=10) as answer:
            text = answer.read().decode()
        # There is no line of collections before the first one.
        eden = re.findall(r'^jvm_memory_pool_(?:allocated_bytes_total|used_bytes)\{pool="[^"]*Eden Space"\} (\S+)', text, re.M)
        if not eden:
            raise RuntimeError(f"/metrics of {self.name} says nothing of an Eden Space")
        return sum(map(float, eden))

    def target(self, door):
        return self.address, getattr(self.place.doors, door)

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None


def wait_for_aot(seconds=90):
    """Waits for the caches that first starts have made in the background; they would take CPU time during a turn."""
    deadline = time.monotonic() + seconds
    while any(cache_home().glob("sluice/*.lock")) and time.monotonic() < deadline:
        time.sleep(0.2)


def variants(chosen):
    """The Sluices that the command line asks for; the plain one is called sluice."""
    home = pathlib.Path(chosen.sluice or machine.ROOT / "deploy/target/sluice").resolve()
    transports = (chosen.transport or "auto").split(",")
    found = {}
    for transport in transports:
        name = "sluice" if transport == transports[0] else f"sluice-{transport}"
        found[name] = Variant(name, home, transport)
    for text in chosen.variant:
        name, _, setting = text.partition(":")
        key, equals, value = setting.partition("=")
        if not equals or key not in {field.name for field in dataclasses.fields(Variant)} - {"name"}:
            raise SystemExit(f"run: --variant {text}: wants NAME:KEY=VALUE, KEY one of home, java, transport, aot")
        variant = found.setdefault(name, Variant(name, home, transports[0]))
        setattr(variant, key, pathlib.Path(value).resolve() if key == "home" else value)
    for variant in found.values():
        if not (variant.home / "bin/sluice-node").exists():
            raise SystemExit(f"run: {variant.home} holds no packaged Sluice; mvn -Pquick package makes one")
    return list(found.values())


