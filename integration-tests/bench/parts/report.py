"""The report: Markdown for people, JSON for programs, from the same figures."""

import json
from statistics import median

PEERS = ("nginx", "haproxy", "haproxy-splice")


def write(out, facts, results):
    figures = [figures_of(result) for result in results]
    (out / "report.json").write_text(json.dumps({"machine": facts, "cases": figures}, indent=2) + "\n")
    (out / "report.md").write_text(markdown(facts, figures))


def figures_of(result):
    per = {name: per_unit(turns) for name, turns in result.turns.items() if turns}
    proxies = {name: proxy_figures(turns, per[name]) for name, turns in result.turns.items() if turns}
    for name, values in proxies.items():
        values["ratios"] = {
            other: spread([mine / theirs for mine, theirs in zip(per[name], per[other], strict=False)])
            for other in per
            if other != name
        }
        values["systemCalls"] = result.syscalls.get(name)
    case = result.case
    return {
        "name": case.name,
        "title": case.title,
        "unit": case.load.unit,
        "load": case.load.describe(),
        "floor": case.floor,
        "goal": case.goal,
        "proxies": proxies,
        "better": min((name for name in PEERS if name in proxies), key=lambda name: median(per[name]), default=None),
        "broken": result.broken,
    }


def per_unit(turns):
    return [turn.cpu.total / turn.sample.units * 1e6 for turn in turns]


def proxy_figures(turns, per):
    middle = lambda value: round(median(values), 2) if (values := [v for t in turns if (v := value(t)) is not None]) else None  # noqa: E731
    units = lambda t: t.sample.units  # noqa: E731
    return {
        "cpuMicros": spread(per),
        "userMicros": middle(lambda t: t.cpu.user / units(t) * 1e6),
        "systemMicros": middle(lambda t: t.cpu.system / units(t) * 1e6),
        "wholePathMicros": middle(lambda t: (t.cpu + t.upstream_cpu + t.sample.cpu).total / units(t) * 1e6),
        "perSecond": middle(lambda t: units(t) / t.sample.seconds),
        "p50Micros": middle(lambda t: t.sample.p50),
        "p99Micros": middle(lambda t: t.sample.p99),
        "p999Micros": middle(lambda t: t.sample.p999),
        "pssMiB": middle(lambda t: t.pss_mib),
        "busy": middle(lambda t: t.cpu.total / t.wall),
        "errors": sum(t.sample.errors for t in turns),
    }


def spread(values):
    return {"median": round(median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def markdown(facts, cases):
    lines = ["# Sluice beside nginx, HAProxy and Envoy", "", *overview(cases), ""]
    for case in cases:
        lines += [f"## {case['name']}: {case['title']}", "", *details(case), ""]
    lines += ["## Where and with what", "", *environment(facts), ""]
    return "\n".join(lines)


def overview(cases):
    """One line a case: CPU time per unit of everyone, and Sluice's ratio to the better of nginx and HAProxy."""
    names = list(dict.fromkeys(name for case in cases for name in case["proxies"]))
    ours = [name for name in names if name not in (*PEERS, "envoy")]
    head = ["case", "unit", *(f"{name} us" for name in names)]
    head += [f"{name} / better of nginx, HAProxy" for name in ours] + [f"{name} / Envoy" for name in ours if "envoy" in names]
    head += ["floor", "goal"]
    lines = [
        "CPU microseconds of the proxy's processes per unit, median of the rounds; ratios are medians over the rounds of"
        " the ratio within a round, [least to most]. Below 1 Sluice is cheaper.",
        "",
        row(head),
        row(["---"] * len(head)),
    ]
    for case in cases:
        cells = [case["name"], case["unit"]]
        cells += [number(case["proxies"][name]["cpuMicros"]["median"]) if name in case["proxies"] else "-" for name in names]
        cells += [ratio(case, name, case["better"]) for name in ours]
        cells += [ratio(case, name, "envoy") for name in ours if "envoy" in names]
        lines.append(row([*cells, case["floor"] or "-", case["goal"] or "-"]))
    return lines


def ratio(case, name, other):
    found = case["proxies"].get(name, {}).get("ratios", {}).get(other)
    return f"{found['median']:.2f} [{found['min']:.2f}-{found['max']:.2f}]" if found else "-"


def details(case):
    head = ["proxy", f"us/{case['unit']}", "least-most", "user", "system", "whole path us", f"{case['unit']}s/s"]
    head += ["p50 us", "p99 us", "p99.9 us", "PSS MiB", "system calls", "busy", "errors"]
    lines = [f"Load: {case['load']}.", "", row(head), row(["---"] * len(head))]
    for name, f in case["proxies"].items():
        cpu = f["cpuMicros"]
        lines.append(
            row([
                name, number(cpu["median"]), f"{number(cpu['min'])}-{number(cpu['max'])}", number(f["userMicros"]),
                number(f["systemMicros"]), number(f["wholePathMicros"]), f"{f['perSecond']:.0f}",
                number(f["p50Micros"]), number(f["p99Micros"]), number(f["p999Micros"]), number(f["pssMiB"]),
                f["systemCalls"] or "-", f["busy"], f["errors"],
            ])
        )  # fmt: skip
    lines += ["", *(f"{name} dropped out: {why.splitlines()[0]}" for name, why in case["broken"].items())]
    return lines


def environment(facts):
    lines = [f"- {key}: {facts[key]}" for key in ("date", "commit", "cpu", "cores", "memoryMiB", "kernel", "pinning", "openFiles", "upstream")]
    lines += [f"- {key}: {value}" for key, value in facts["settings"].items()]
    lines += [f"- {tool}: {text}" for tool, text in facts["versions"].items()]
    lines += [f"- {name}: {text}" for name, text in facts["variants"].items()]
    lines += [f"- missing: {text}" for text in facts["missing"]]
    return lines


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
