"""The proxies that are measured. Each listens on a loopback address of its own, on the same ports (doors)."""

import dataclasses
import pathlib

from parts import machine, pki, routes, upstream
from parts.process import Process, wait_until


@dataclasses.dataclass(frozen=True)
class Setup:
    """What a proxy is configured for beyond its doors. Cases with equal setups share running proxies."""

    routes: int = 0
    access_log: bool = False


@dataclasses.dataclass(frozen=True)
class Doors:
    """Ports: http, tls, rsa (TLS too, with a certificate of that sort), h2c (HTTP/2 by prior knowledge) and tcp lead to
    the HTTP upstream, h1_h2c and h2_h2c to the same by HTTP/2, h2_batched to one that writes many responses at a time,
    bulk to iperf3's server, udp to the echo server.
    """

    http: int
    tcp: int
    bulk: int
    udp: int
    tls: int
    rsa: int
    h2c: int
    h1_h2c: int
    h2_h2c: int
    h2_batched: int


@dataclasses.dataclass
class Place:
    """Where things are in this run."""

    directory: pathlib.Path
    port_base: int
    proxy_core: set
    load_core: set

    @property
    def doors(self):
        return Doors(*(self.port_base + n for n in range(10, 20)))

    @property
    def upstream(self):
        return "127.0.0.1", self.port_base

    @property
    def h2c_upstream(self):
        return "127.0.0.1", self.port_base + 6

    @property
    def batching_upstream(self):
        return "127.0.0.1", self.port_base + 7

    @property
    def bulk_upstream(self):
        return "127.0.0.1", self.port_base + 1

    @property
    def udp_upstream(self):
        return "127.0.0.1", self.port_base + 5


class Peer:
    """A proxy that is one program with one file of configuration."""

    tool = ""
    config = ""
    sluice = False
    doors = tuple(field.name for field in dataclasses.fields(Doors))

    def __init__(self, name, place, number):
        self.name = name
        self.place = place
        self.address = f"127.0.0.{10 + number}"
        self.directory = place.directory / name
        self.process = None

    def start(self, setup, alone=False):
        """Starts it on its core; alone, it may have all cores."""
        self.directory.mkdir(parents=True, exist_ok=True)
        file = self.directory / self.config
        text = upstream.fill(self.config, {**self.values(setup), "ROUTES": "@ROUTES@"})
        text = text.replace("@ROUTES@", self.routes(setup.routes))
        for key, value in self.common().items():
            text = text.replace(f"@{key}@", str(value))
        file.write_text(text)
        cores = None if alone else self.place.proxy_core
        self.process = Process(self.command(file), self.directory / "out", cores)
        wait_until(lambda: upstream.answers((self.address, self.place.doors.http)), self.process, self.name)

    def common(self):
        place = self.place
        return {
            "ADDRESS": self.address,
            **{door.upper(): port for door, port in dataclasses.asdict(place.doors).items()},
            "UPSTREAM": "%s:%d" % place.upstream,
            "H2C_UPSTREAM": "%s:%d" % place.h2c_upstream,
            "H2C_UPSTREAM_PORT": place.h2c_upstream[1],
            "BATCHING_UPSTREAM": "%s:%d" % place.batching_upstream,
            "BATCHING_UPSTREAM_PORT": place.batching_upstream[1],
            "UPSTREAM_HOST": place.upstream[0],
            "UPSTREAM_PORT": place.upstream[1],
            "BULK_UPSTREAM": "%s:%d" % place.bulk_upstream,
            "BULK_UPSTREAM_PORT": place.bulk_upstream[1],
            **dict(zip(("CERTIFICATE", "KEY", "PEM"), pki.certificate(place.directory, "p256"), strict=True)),
            **dict(zip(("RSA_CERTIFICATE", "RSA_KEY", "RSA_PEM"), pki.certificate(place.directory, "rsa"), strict=True)),
            "UDP_UPSTREAM": "%s:%d" % place.udp_upstream,
            "UDP_UPSTREAM_PORT": place.udp_upstream[1],
        }

    def values(self, setup):
        return {**self.common(), "DIR": self.directory}

    def routes(self, count):
        raise NotImplementedError

    def command(self, file):
        raise NotImplementedError

    def describe(self):
        return f"{self.tool} with peers/{self.config}"

    def cpu(self):
        return self.process.cpu()

    def pss_mib(self):
        return self.process.pss_mib()

    def target(self, door):
        return self.address, getattr(self.place.doors, door)

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None


class Nginx(Peer):
    tool = "nginx"
    config = "nginx.conf"

    def values(self, setup):
        log = f"{self.directory}/access.log line buffer=64k flush=1s" if setup.access_log else "off"
        return {**super().values(setup), **upstream.nginx_values(self.directory), "ACCESS_LOG": log}

    def routes(self, count):
        return routes.nginx(count)

    def command(self, file):
        return [machine.find("nginx"), "-p", self.directory, "-c", file]


class Haproxy(Peer):
    """HAProxy has no log files: with the access log on, it writes to its standard output, which is one. And no UDP."""

    tool = "haproxy"
    config = "haproxy.cfg"
    doors = tuple(door for door in Peer.doors if door != "udp")
    splice = ""

    def values(self, setup):
        return {
            **super().values(setup),
            # Two files for a connection, and some for pipes and itself.
            "CONNECTIONS": min(100_000, (machine.raise_file_limit() - 400) // 2),
            "LOG_TARGET": "stdout",
            "ACCESS_LOG": "log global\n    option httplog" if setup.access_log else "",
            "SPLICE": self.splice,
        }

    def routes(self, count):
        return routes.haproxy(count, self.directory)

    def command(self, file):
        return [machine.find("haproxy"), "-db", "-f", file]


class HaproxySplice(Haproxy):
    splice = "option splice-auto"

    def describe(self):
        return super().describe() + " and splice-auto"


class Envoy(Peer):
    tool = "envoy"
    config = "envoy.yaml"

    def values(self, setup):
        log = ""
        if setup.access_log:
            log = ENVOY_ACCESS_LOG.replace("@FILE@", f"{self.directory}/access.log")
        return {**super().values(setup), "ACCESS_LOG": log}

    def routes(self, count):
        return routes.envoy(count)

    def command(self, file):
        # Its base id keeps several Envoys on one machine apart.
        return [
            machine.find("envoy"), "-c", file, "--concurrency", "1", "--log-level", "error",
            "--base-id", str(self.place.port_base % 30000), "--disable-hot-restart",
        ]  # fmt: skip


ENVOY_ACCESS_LOG = """\
                access_log:
                  - name: file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: @FILE@"""

PEERS = {"nginx": Nginx, "haproxy": Haproxy, "haproxy-splice": HaproxySplice, "envoy": Envoy}


