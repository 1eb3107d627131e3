"""The report: Markdown for people, JSON for programs, from the same figures."""

import json
from statistics import median

PEERS = ("nginx", "haproxy", "haproxy-splice")


BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def write(out, facts, results):
    figures = [figures_of(result) for result in results]
    (out / "summary.md").write_text("\n".join(summary(facts, figures)) + "\n")
    (out / "report.json").write_text(json.dumps({"machine": facts, "cases": figures}, indent=2) + "\n")
    (out / "report.md").write_text(markdown(facts, figures))


def figures_of(result):
    case = result.case
    figures = {"name": case.name, "title": case.title, "load": case.load.describe(), "broken": result.broken}
    if case.trial:
        return {**figures, "target": case.target, "trial": result.rows}
    ran = {name: turns for name, turns in result.turns.items() if turns}
    proxies = {name: proxy_figures(turns) for name, turns in ran.items()}
    better = min((name for name in PEERS if name in ran), key=lambda name: median(per_turn(case.figure, ran[name])), default=None)
    for name, values in proxies.items():
        counts = result.counts.get(name)
        values["systemCalls"] = counts.system_calls if counts else None
        values["heapBytes"] = counts.heap_bytes if counts else None
        values["ratios"] = {
            other: {figure: ratio_in_rounds(figure, ran[name], ran[other]) for figure in FIGURES if other != name}
            for other in ran
            if other in (better, "envoy")
        }
    return {
        **figures,
        "unit": case.load.unit,
        "figure": case.figure,
        "floor": case.floor,
        "goal": case.goal,
        "better": better,
        "proxies": proxies,
    }


# Figures of a turn of which ratios are made: all are better when smaller.
FIGURES = {
    "cpuMicros": lambda turn: turn.cpu.total / turn.sample.units * 1e6,
    "wholePathMicros": lambda turn: (turn.cpu + turn.upstream_cpu + turn.sample.cpu).total / turn.sample.units * 1e6,
    "p99Micros": lambda turn: turn.sample.p99 or None,
}


def per_turn(figure, turns):
    return [value for value in map(FIGURES[figure], turns) if value is not None] or [0.0]


def ratio_in_rounds(figure, mine, theirs):
    """The ratio within each round, over the rounds; None where one of the two has no such figure."""
    of = FIGURES[figure]
    ratios = [of(m) / of(t) for m, t in zip(mine, theirs, strict=False) if of(m) is not None and of(t)]
    return spread(ratios) if ratios else None


def proxy_figures(turns):
    units = lambda t: t.sample.units  # noqa: E731
    return {
        "cpuMicros": spread(per_turn("cpuMicros", turns)),
        "userMicros": middle(turns, lambda t: t.cpu.user / units(t) * 1e6),
        "systemMicros": middle(turns, lambda t: t.cpu.system / units(t) * 1e6),
        "wholePathMicros": middle(turns, FIGURES["wholePathMicros"]),
        "perSecond": middle(turns, lambda t: units(t) / t.sample.seconds),
        "p50Micros": middle(turns, lambda t: t.sample.p50),
        "p99Micros": middle(turns, lambda t: t.sample.p99),
        "p999Micros": middle(turns, lambda t: t.sample.p999),
        "pssMiB": middle(turns, lambda t: t.pss_mib),
        "busy": middle(turns, lambda t: t.cpu.total / t.wall),
        "errors": sum(t.sample.errors for t in turns),
    }


def middle(turns, value):
    values = [found for turn in turns if (found := value(turn)) is not None]
    return round(median(values), 2) if values else None


def spread(values):
    return {"median": round(median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def markdown(facts, cases):
    turns = [case for case in cases if "trial" not in case]
    lines = ["# Sluice beside nginx, HAProxy and Envoy", ""]
    lines += [*overview(turns), ""] if turns else []
    for case in cases:
        lines += [f"## {case['name']}: {case['title']}", "", *(trial(case) if "trial" in case else details(case))]
        lines += [f"{name} dropped out: {(why.splitlines() or ['?'])[0]}" for name, why in case["broken"].items()] + [""]
    lines += ["## Where and with what", "", *environment(facts), ""]
    return "\n".join(lines)


def overview(cases):
    """One line a case: the figure that counts of everyone, and Sluice's ratio to the better of nginx and HAProxy."""
    names = list(dict.fromkeys(name for case in cases for name in case["proxies"]))
    ours = [name for name in names if name not in (*PEERS, "envoy")]
    head = ["case", "unit", *names]
    head += [f"{name} / better of nginx, HAProxy" for name in ours] + [f"{name} / Envoy" for name in ours if "envoy" in names]
    lines = [
        "CPU microseconds of the proxy's processes per unit (p99 latency where the unit says so), median of the rounds;"
        " ratios are medians over the rounds of the ratio within a round, [least-most]. Below 1 Sluice is better.",
        "",
        row([*head, "floor", "goal"]),
        row(["---"] * (len(head) + 2)),
    ]
    for case in cases:
        cells = [case["name"], "p99" if case["figure"] == "p99Micros" else case["unit"]]
        cells += [number(value_of(case, name)) for name in names]
        cells += [ratio(case, name, case["better"]) for name in ours]
        cells += [ratio(case, name, "envoy") for name in ours if "envoy" in names]
        lines.append(row([*cells, case["floor"] or "-", case["goal"] or "-"]))
    return lines


def summary(facts, cases):
    """The overview for the README, with what was measured by trials and a line on where it was."""
    lines = overview([case for case in cases if "trial" not in case])
    for case in cases:
        for name, row_of in case.get("trial", {}).items():
            lines += [""] if not lines or lines[-1].startswith("|") else []
            lines.append(f"- {case['title']}, {name}: " + ", ".join(f"{key} {value}" for key, value in row_of.items()))
    failed = [f"{case['title']}: {', '.join(case['broken'])}" for case in cases if case["broken"]]
    lines += ["", "Not measured, since it failed in this run: " + "; ".join(failed) + "."] if failed else []
    tools = {"nginx": "", "haproxy": "", "envoy": "Envoy: "}
    versions = ", ".join(name + facts["versions"][tool] for tool, name in tools.items())
    lines += ["", f"{facts['cores']} cores of {facts['cpu']}, {facts['kernel']}; {facts['pinning']}; {versions}."]
    return [*lines, f"{facts['settings']['rounds']} rounds of {facts['settings']['seconds']:g} s, {facts['date'][:10]}."]


def into_readme(readme, summary_text):
    """Puts the summary between the marks in the README."""
    text = readme.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"run: {readme} has no {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n{summary_text}{END}{after}")


def value_of(case, name):
    value = case["proxies"].get(name, {}).get(case["figure"])
    return value["median"] if isinstance(value, dict) else value


def ratio(case, name, other, figure=None):
    found = case["proxies"].get(name, {}).get("ratios", {}).get(other, {}).get(figure or case["figure"])
    return f"{found['median']:.2f} [{found['min']:.2f}-{found['max']:.2f}]" if found else "-"


def trial(case):
    lines = [f"How: {case['load']}." + (f" Wanted: {case['target']}." if case["target"] else ""), ""]
    keys = list(dict.fromkeys(key for values in case["trial"].values() for key in values))
    lines += [row(["", *keys]), row(["---"] * (len(keys) + 1))]
    return lines + [row([name, *(values.get(key, "-") for key in keys)]) for name, values in case["trial"].items()] + [""]


def details(case):
    head = ["proxy", f"us/{case['unit']}", "least-most", "user", "system", "whole path us", "ratio of it", f"{case['unit']}s/s"]
    head += ["p50 us", "p99 us", "p99.9 us", "PSS MiB", "system calls", "heap bytes", "busy", "errors"]
    lines = [f"Load: {case['load']}.", "", row(head), row(["---"] * len(head))]
    for name, f in case["proxies"].items():
        cpu = f["cpuMicros"]
        lines.append(
            row([
                name, number(cpu["median"]), f"{number(cpu['min'])}-{number(cpu['max'])}", number(f["userMicros"]),
                number(f["systemMicros"]), number(f["wholePathMicros"]), ratio(case, name, case["better"], "wholePathMicros"), f"{f['perSecond']:.0f}",
                number(f["p50Micros"]), number(f["p99Micros"]), number(f["p999Micros"]), number(f["pssMiB"]),
                f["systemCalls"] or "-", "-" if f["heapBytes"] is None else f["heapBytes"], f["busy"], f["errors"],
            ])
        )  # fmt: skip
    return [*lines, ""]


def environment(facts):
    lines = [f"- {key}: {facts[key]}" for key in ("date", "commit", "cpu", "cores", "memoryMiB", "kernel", "pinning", "openFiles", "upstream")]
    lines += [f"- {key}: {value}" for key, value in facts["settings"].items()]
    lines += [f"- {tool}: {text}" for tool, text in facts["versions"].items()]
    lines += [f"- {name}: {text}" for name, text in facts["variants"].items()]
    lines += [f"- note: {text}" for text in facts["notes"]]
    lines += [f"- missing: {text}" for text in facts["missing"]]
    return lines


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
