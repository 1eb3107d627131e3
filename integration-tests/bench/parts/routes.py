"""Many routes, in every proxy's own words: route n is host h(n % 100).example with path prefix /rN."""

HOSTS = 100


def each(count):
    for host in range(min(HOSTS, count)):
        yield f"h{host}.example", [f"/r{n}" for n in range(host, count, HOSTS)]


def nginx(count):
    lines = []
    for host, prefixes in each(count):
        lines.append(f"    server {{ listen @ADDRESS@:@HTTP@; server_name {host};")
        lines += [f"        location {prefix}/ {{ proxy_pass http://http_upstream; }}" for prefix in prefixes]
        lines.append("    }")
    return "\n".join(lines)


def haproxy(count, directory):
    """A map over host and path, as the manual advises for many: a tree, not a list of conditions."""
    if not count:
        return ""
    table = directory / "haproxy.map"
    table.write_text(
        "".join(f"{host}{prefix}/ http_upstream\n" for host, prefixes in each(count) for prefix in prefixes)
    )
    return f"    use_backend %[base,map_beg({table})]"


def envoy(count):
    lines = []
    for host, prefixes in each(count):
        lines.append(f'                    - name: {host}\n                      domains: ["{host}"]\n                      routes:')
        lines += [
            f'                        - {{ match: {{ path_separated_prefix: "{prefix}" }},'
            " route: { cluster: http_upstream, timeout: 0s } }"
            for prefix in prefixes
        ]
    return "\n".join(lines)


def sluice(count, header=None):
    """A resource for each, as teams would own them. With a header, every one differs from what it was without."""
    edit = f"\n      requestHeaders: {{ set: {{ x-bench: {header} }} }}" if header else ""
    return "".join(
        f"""---
kind: Route
name: many{prefix.replace("/r", "-")}
spec:
  listeners: [http]
  hosts: [{host}]
  rules:
    - name: all
      match: {{ path: {{ prefix: {prefix} }} }}
      forward: {{ cluster: upstream }}{edit}
"""
        for host, prefixes in each(count)
        for prefix in prefixes
    )
