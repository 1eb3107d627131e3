"""What the proxies have behind them: nginx, or a small server of our own where nginx is missing; and iperf3's server."""

import os
import pathlib
import re
import socket
import subprocess
import sys

from parts import machine
from parts.process import Cpu, Process, wait_until

SIZES = {"128": 128, "1k": 1024, "64k": 64 * 1024, "1m": 1024 * 1024}


def fill(template, values):
    """A file of peers/ with its @NAMES@ replaced."""
    text = (machine.HERE / "peers" / template).read_text()
    return re.sub(r"@([A-Z0-9_]+)@", lambda name: str(values[name.group(1)]), text)


def nginx_values(directory):
    """What every configuration of nginx here needs: its modules, its user, its limit of files."""
    return {
        "MODULES": stream_module(),
        "USER": "user root root;" if os.getuid() == 0 else "",
        "FILES": machine.raise_file_limit(),
        "DIR": directory,
    }


def stream_module():
    """The line that loads the stream module where it is not built in; empty if there is none to load."""
    answer = subprocess.run([machine.find("nginx"), "-V"], capture_output=True, text=True, check=False).stderr
    named = re.search(r"--modules-path=(\S+)", answer)
    path = pathlib.Path(named.group(1) if named else "/usr/lib/nginx/modules") / "ngx_stream_module.so"
    return f"load_module {path};" if path.exists() else ""


def name():
    return machine.version("nginx") or "a small server of the benchmark's own, since nginx is missing: it is the limit"


class Upstreams:
    """Those that HTTP goes to, as one that takes CPU time."""

    def __init__(self, processes):
        self.processes = processes

    def cpu(self):
        return sum((process.cpu() for process in self.processes), Cpu())


def start(place):
    """The HTTP upstreams, once they answer; nginx speaks HTTP/2 at an address of its own."""
    started = [start_plain(place.directory, place.upstream, place.h2c_upstream, place.load_core)]
    if machine.find("haproxy"):
        started.append(start_batching(place.directory, place.batching_upstream, place.load_core))
    return Upstreams(started)


def start_plain(directory, address, h2c_address, cores):
    if machine.find("nginx"):
        write_files(directory / "files")
        values = {**nginx_values(directory), "UPSTREAM": "%s:%d" % address, "H2C_UPSTREAM": "%s:%d" % h2c_address}
        values.update(BYTES_128="x" * SIZES["128"], BYTES_1K="x" * SIZES["1k"])
        config = directory / "upstream.conf"
        config.write_text(fill("upstream.conf", values))
        command = [machine.find("nginx"), "-p", directory, "-c", config]
    else:
        command = [sys.executable, machine.HERE / "parts" / "own_upstream.py", "%s:%d" % address]
    process = Process(command, directory / "upstream.out", cores)
    wait_until(lambda: answers(address), process, "the upstream")
    return process


def start_batching(directory, address, cores):
    """An upstream of HTTP/2 that writes the responses to what it read together."""
    config = directory / "upstream-h2.cfg"
    config.write_text(fill("upstream-h2.cfg", {"UPSTREAM": "%s:%d" % address, "BYTES_128": "x" * SIZES["128"]}))
    process = Process([machine.find("haproxy"), "-db", "-f", config], directory / "upstream-h2.out", cores)
    wait_until(lambda: answers(address), process, "the batching upstream")
    return process


def start_iperf(directory, address, cores):
    command = [machine.find("iperf3"), "-s", "-B", address[0], "-p", address[1]]
    process = Process(command, directory / "iperf3.out", cores)
    wait_until(lambda: answers(address), process, "iperf3")
    return process


def write_files(directory):
    directory.mkdir(exist_ok=True)
    for file, size in SIZES.items():
        (directory / file).write_bytes(b"x" * size)
    # A message of gRPC: not compressed, its length, and that many bytes.
    (directory / "bench.Echo").mkdir(exist_ok=True)
    (directory / "bench.Echo/Unary").write_bytes(b"\0" + SIZES["128"].to_bytes(4, "big") + b"x" * SIZES["128"])


def answers(address):
    try:
        with socket.create_connection(address, 1):
            return True
    except OSError:
        return False


def start_again(proxy, setup, door="http"):
    """Ends a proxy if it runs, starts it on its core, and waits until it listens."""
    proxy.stop()
    proxy.start(setup)
    wait_until(lambda: answers(proxy.target(door)), proxy.process, proxy.name)
