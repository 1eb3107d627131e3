"""The run: for each case every proxy is warmed, then they take turns, in an order that shifts by one each round."""

import dataclasses
import shutil
import subprocess
import sys
import time
import traceback

from parts import cases, machine, process, proxies, sluice, udp, upstream
from parts.load import Sample
from parts.process import Cpu

# A warm JVM's compilers take less of a core than this; they are given so many parts, a third of the warming each, to
# get there.
COMPILING_SHARE_MAX = 0.05
WARM_PARTS_MAX = 9


@dataclasses.dataclass
class Plan:
    """What is run, from the command line and from what the machine has."""

    cases: list
    variants: list
    peers: list
    place: proxies.Place
    rounds: int
    seconds: float
    warm: float
    missing: list
    upstream: str
    syscalls: bool
    notes: list = dataclasses.field(default_factory=list)

    def note(self, text):
        """Something that a reader of the report must know."""
        if text not in self.notes:
            self.notes.append(text)

    @staticmethod
    def of(chosen, out):
        wanted = chosen.proxy or ["sluice", *(name for name in proxies.PEERS if name != "envoy" or not chosen.quick)]
        for name in wanted:
            if name != "sluice" and name not in proxies.PEERS:
                raise SystemExit(f"run: --proxy {name}: no such proxy; sluice, {', '.join(proxies.PEERS)}")
        tools = {tool for name in wanted if name != "sluice" for tool in [proxies.PEERS[name].tool]}
        case_list = cases.chosen(chosen.case, chosen.quick)
        tools |= {tool for case in case_list for tool in case.load.tools} | {"nginx", "openssl"}
        missing = [machine.how_to_install(tool) for tool in sorted(tools) if not machine.find(tool)]
        if machine.find("nginx") and "dynamic" in stream_state():
            missing.append("nginx's stream module: libnginx-mod-stream (Debian); nginx is left out")
            wanted = [name for name in wanted if name != "nginx"]
        if not machine.find("openssl"):
            raise SystemExit(f"run: there is no certificate without openssl: {machine.how_to_install('openssl')}")
        proxy_core, load_core = machine.cores()
        return Plan(
            cases=[case for case in case_list if all(machine.find(tool) for tool in case.load.tools)],
            variants=sluice.variants(chosen) if "sluice" in wanted else [],
            peers=[name for name in wanted if name != "sluice" and machine.find(proxies.PEERS[name].tool)],
            place=proxies.Place(out / "work", chosen.port_base, proxy_core, load_core),
            rounds=chosen.rounds or (3 if chosen.quick else 5),
            seconds=chosen.seconds or (3 if chosen.quick else 2),
            warm=(6 if chosen.quick else 12) if chosen.warm is None else chosen.warm,
            missing=missing,
            upstream=upstream.name(),
            syscalls=chosen.syscalls,
        )


def stream_state():
    """"dynamic" where nginx could load the stream module but has none."""
    built = subprocess.run([machine.find("nginx"), "-V"], capture_output=True, text=True, check=False).stderr
    return "dynamic" if "--with-stream=dynamic" in built and not upstream.stream_module() else ""


@dataclasses.dataclass
class Turn:
    """One proxy's turn in one round."""

    sample: Sample
    cpu: Cpu
    upstream_cpu: Cpu
    wall: float
    pss_mib: float


@dataclasses.dataclass
class Counts:
    """What one unit takes of things other than time; None where it is not known."""

    system_calls: float
    heap_bytes: float


@dataclasses.dataclass
class Result:
    case: object
    turns: dict
    broken: dict
    # By proxy, what a turn of its own counted.
    counts: dict
    # A trial's figures, by proxy.
    rows: dict = dataclasses.field(default_factory=dict)


def run(plan, so_far):
    """Runs the cases; so_far is told all results after each, so that a run that is ended has its report too."""
    shutil.rmtree(plan.place.directory, ignore_errors=True)
    plan.place.directory.mkdir(parents=True)
    results = []
    try:
        behind = upstream.start(plan.place)
        if machine.find("iperf3"):
            upstream.start_iperf(plan.place.directory, plan.place.bulk_upstream, plan.place.load_core)
        if machine.find("cc"):
            udp.start_echo(plan.place.directory, plan.place.udp_upstream, plan.place.load_core)
        for setup in dict.fromkeys(case.setup for case in plan.cases):
            for result in with_setup(plan, [case for case in plan.cases if case.setup == setup], setup, behind):
                results.append(result)
                so_far(in_order(plan, results))
    finally:
        process.stop_all()
    return in_order(plan, results)


def in_order(plan, results):
    order = {case.name: place for place, case in enumerate(plan.cases)}
    return sorted(results, key=lambda result: order[result.case.name])


def with_setup(plan, chosen, setup, behind):
    """The results of the cases that share a setup. One that fails is reported, and the next one begins."""
    field, done = Field(plan, setup), set()
    try:
        with field:
            for case in chosen:
                say(f"{case.name}: {case.title}")
                field.revive()
                yield tried(plan, case, field) if case.trial else measured(plan, case, field, behind)
                done.add(case.name)
    except Exception as problem:
        traceback.print_exc()
        for case in chosen:
            if case.name not in done:
                yield Result(case, {}, {"everyone": str(problem) or repr(problem)}, {})


class Field:
    """Everyone who takes part, running, with one setup."""

    def __init__(self, plan, setup):
        self.plan = plan
        self.setup = setup
        self.proxies = []
        self.control_plane = None

    def __enter__(self):
        plan = self.plan
        if plan.variants:
            self.start_sluice()
        for number, name in enumerate(plan.peers):
            peer = proxies.PEERS[name](name, plan.place, len(plan.variants) + number)
            peer.start(self.setup)
            self.proxies.append(peer)
        return self

    def start_sluice(self):
        plan = self.plan
        # The first start makes the AOT caches that the next one uses.
        self.control_plane = sluice.ControlPlane(plan.place, plan.variants[0].home)
        self.control_plane.start()
        nodes = [sluice.Node(v, plan.place, n, self.control_plane) for n, v in enumerate(plan.variants)]
        self.proxies += nodes
        for node in nodes:
            node.start(self.setup)
        self.control_plane.apply(self.setup, len(nodes))
        sluice.wait_for_aot()
        for node in nodes:
            node.stop()
            node.start(self.setup)
        for node in nodes:
            process.wait_until(lambda n=node: upstream.answers(n.target("http")), node.process, node.name)

    def of(self, case):
        """Those who can run this case; HAProxy with splice only where splice matters."""
        able = [proxy for proxy in self.proxies if getattr(case.load, "door", "http") in proxy.doors]
        return [proxy for proxy in able if case.splice or proxy.name != "haproxy-splice"]

    def revive(self):
        """Starts who has ended, so that a crash is the end of one case only."""
        for proxy in self.proxies:
            if not (proxy.process and proxy.process.alive()):
                say(f"  {proxy.name} has ended and is started again")
                upstream.start_again(proxy, self.setup)

    def __exit__(self, *_):
        for proxy in self.proxies:
            proxy.stop()
        if self.control_plane:
            self.control_plane.stop()


def tried(plan, case, field):
    """A trial's result; it may have started proxies again."""
    rows, broken = {}, {}
    try:
        rows = case.load.run(plan, field.of(case), case.setup)
    except Exception as problem:
        traceback.print_exc()
        broken["the trial"] = str(problem) or repr(problem)
    for name, row in rows.items():
        say(f"  {name:<16} " + ", ".join(f"{key}: {value}" for key, value in row.items()))
    return Result(case, {}, broken, {}, rows)


def measured(plan, case, field, behind):
    try:
        return measure(plan, case, field.of(case), behind)
    except Exception as problem:
        traceback.print_exc()
        return Result(case, {}, {"everyone": str(problem) or repr(problem)}, {})


def measure(plan, case, field, behind):
    turns = {proxy.name: [] for proxy in field}
    broken = {}
    if hasattr(case.load, "prepared"):
        case = dataclasses.replace(case, load=case.load.prepared(plan, field))
    for proxy in field:
        if plan.warm:
            attempt(broken, proxy, lambda p=proxy: warm_up(plan, case, p))
    for number in range(plan.rounds):
        shift = number % len(field)
        for proxy in field[shift:] + field[:shift]:
            turn = attempt(broken, proxy, lambda p=proxy: take_turn(plan, case, p, behind))
            if turn:
                turns[proxy.name].append(turn)
    perf = machine.find("perf") if plan.syscalls else None
    counts = {}
    for proxy in field:
        if perf or proxy.sluice:
            counts[proxy.name] = attempt(broken, proxy, lambda p=proxy: count(plan, case, p, perf))
    return Result(case, turns, broken, counts)


def warm_up(plan, case, proxy):
    """Load before the first turn; for a JVM, until its compilers are quiet: on one core they take their time from it."""
    if not proxy.sluice:
        load(plan, case, proxy, min(1, plan.warm))
        return
    load(plan, case, proxy, plan.warm)
    part = max(1, round(plan.warm / 3))
    for _ in range(WARM_PARTS_MAX):
        before = proxy.compiling()
        load(plan, case, proxy, part)
        # A compiler's thread that ended takes its time with it.
        if 0 <= proxy.compiling() - before < COMPILING_SHARE_MAX * part:
            return
    plan.note(f"{case.name}: {proxy.name} still compiled after {plan.warm + WARM_PARTS_MAX * part:.0f} s of load")


def attempt(broken, proxy, action):
    """What the action answers; a proxy that fails is reported and has no more turns in this case."""
    if proxy.name in broken:
        return None
    try:
        return action()
    except Exception as problem:
        broken[proxy.name] = str(problem) or repr(problem)
        say(f"  {proxy.name}: {broken[proxy.name]}")
        return None


def load(plan, case, proxy, seconds):
    return case.load.run(proxy.target(case.load.door), seconds, plan.place.load_core)


def take_turn(plan, case, proxy, behind):
    cpu, upstream_cpu, start = proxy.cpu(), behind.cpu(), time.monotonic()
    sample = load(plan, case, proxy, plan.seconds)
    wall = time.monotonic() - start
    turn = Turn(sample, proxy.cpu() - cpu, behind.cpu() - upstream_cpu, wall, proxy.pss_mib())
    if not proxy.process.alive():
        raise RuntimeError("it ended during its turn")
    if not sample.units:
        raise RuntimeError(f"nothing was answered, {sample.errors} errors")
    say(
        f"  {proxy.name:<16} {turn.cpu.total / sample.units * 1e6:9.2f} us/{case.load.unit}"
        f" {sample.units / sample.seconds:10.0f}/s  busy {turn.cpu.total / wall:.2f}"
        + (f"  errors {sample.errors}" if sample.errors else "")
    )
    return turn


def count(plan, case, proxy, perf):
    """A turn of its own: counting costs time, which must be in no other figure."""
    allocated = proxy.heap_allocated() if proxy.sluice else None
    counter = process.SystemCalls(perf, proxy.process) if perf else None
    try:
        sample = load(plan, case, proxy, 1)
    finally:
        calls = counter.stop() if counter else None
    if not sample.units:
        return None
    return Counts(
        system_calls=round(calls / sample.units, 2) if calls else None,
        heap_bytes=round((proxy.heap_allocated() - allocated) / sample.units) if proxy.sluice else None,
    )


def say(text):
    print(text, file=sys.stderr, flush=True)
