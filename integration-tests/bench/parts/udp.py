"""The UDP load tool, which is an echo server too: built with the machine's C compiler, once for each change of it."""

import hashlib
import os
import pathlib
import socket
import subprocess
import tempfile

from parts import machine
from parts.process import Process, wait_until


def tool():
    source = machine.HERE / "load/udp.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    built = pathlib.Path(tempfile.gettempdir()) / f"sluice-bench-udp-{os.getuid()}-{digest}"
    if not built.exists():
        fresh = built.with_suffix(f".{os.getpid()}")
        subprocess.run([machine.find("cc"), "-O2", "-o", fresh, source], check=True)
        fresh.rename(built)
    return built


def start_echo(directory, address, cores):
    process = Process([tool(), "echo", *address], directory / "udp.out", cores)
    wait_until(lambda: echoes(address), process, "the UDP echo server")
    return process


def echoes(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        try:
            client.connect(address)
            client.send(b"?")
            return client.recv(16) == b"?"
        except OSError:
            return False
