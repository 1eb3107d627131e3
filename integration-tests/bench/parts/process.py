"""Processes: started on a core, measured with everything they started, ended with it."""

import os
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
RUNNING = []


class SystemCalls:
    """Counts a process tree's system calls, with perf; None where perf may not."""

    def __init__(self, perf, process):
        pids = ",".join(str(pid) for pid in tree(process.pid))
        command = [perf, "stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", pids]
        self.popen = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        # perf says nothing once it counts; a turn is long beside what it takes to get there.
        time.sleep(0.3)

    def stop(self):
        self.popen.send_signal(signal.SIGINT)
        counted = self.popen.communicate()[1].partition(",")[0].strip()
        return int(counted) if counted.isdigit() else None


class Cpu:
    """CPU seconds spent, in user space and in the kernel."""

    def __init__(self, user=0.0, system=0.0):
        self.user = user
        self.system = system

    @property
    def total(self):
        return self.user + self.system

    def __sub__(self, other):
        return Cpu(self.user - other.user, self.system - other.system)

    def __add__(self, other):
        return Cpu(self.user + other.user, self.system + other.system)


class Process:
    """A program in a session of its own, and whatever it starts."""

    def __init__(self, command, log, cores=None, behind=False, environment=None):
        self.command = [str(word) for word in command]
        self.log = log
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
                preexec_fn=placement(cores, behind),
            )
        self.pid = self.popen.pid
        RUNNING.append(self)

    def alive(self):
        return self.popen.poll() is None

    def cpu(self):
        return sum((cpu_of(pid) for pid in tree(self.pid)), Cpu())

    def pss_mib(self):
        """Memory in MiB: private pages, and of shared ones this tree's part; without the kernel's for its sockets."""
        return sum(pss_of(pid) for pid in tree(self.pid)) / 1024

    def stop(self, seconds=10):
        if self in RUNNING:
            RUNNING.remove(self)
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                break
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            if not group_alive(self.pid):
                break
        self.popen.wait()

    def cpu_of_threads(self, *names):
        """Seconds of CPU of its threads whose names begin like that."""
        tasks = f"{self.popen.pid}/task"
        threads = [f"{tasks}/{entry}" for entry in os.listdir(f"/proc/{tasks}")]
        return sum(cpu_of(thread).total for thread in threads if stat(thread)[0].startswith(names))

    def tail(self):
        with open(self.log, errors="replace") as text:
            return "".join(text.readlines()[-15:])


def placement(cores, behind=False):
    """What a child does before it becomes its program: it takes its core, behind everything else there if it must."""

    def place():
        if cores:
            os.sched_setaffinity(0, cores)
        if behind:
            # Not just nice: a niced thread may still run to the end of its slice before one that woke up.
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    return place


def stop_all():
    for process in reversed(list(RUNNING)):
        process.stop(3)


def group_alive(group):
    try:
        os.killpg(group, 0)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def tree(root):
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat(entry)[1]
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo.extend(children.get(pid, []))
    return found


def stat(of):
    """The name of /proc/OF, and the fields of its stat from the state on; nothing once it is gone."""
    try:
        with open(f"/proc/{of}/stat") as text:
            name, _, fields = text.read().partition("(")[2].rpartition(")")
            return name, fields.split()
    except (FileNotFoundError, ProcessLookupError):
        return "", []


def cpu_of(of):
    fields = stat(of)[1]
    return Cpu(int(fields[11]) / TICKS, int(fields[12]) / TICKS) if fields else Cpu()


def pss_of(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as text:
            return next(int(line.split()[1]) for line in text if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError, PermissionError, StopIteration):
        return 0


def wait_until(ready, process, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.alive():
            raise RuntimeError(f"{what} ended with {process.popen.returncode}:\n{process.tail()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} is not ready after {seconds} s:\n{process.tail()}")
        time.sleep(0.02)
