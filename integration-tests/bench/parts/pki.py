"""The certificates of the TLS doors, the same for all proxies."""

import subprocess

from parts import machine

# As most sites have it today, and as most had it before.
KINDS = {"p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}


def certificate(directory, kind):
    """Paths of certificate, key and both in one file, made when first asked for."""
    crt, key, pem = (directory / f"{kind}.{suffix}" for suffix in ("crt", "key", "pem"))
    if not pem.exists():
        command = [
            machine.find("openssl"), "req", "-x509", "-newkey", *KINDS[kind], "-nodes", "-days", "2",
            "-subj", "/CN=bench.example", "-addext", "subjectAltName=DNS:bench.example", "-keyout", key, "-out", crt,
        ]  # fmt: skip
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        pem.write_text(crt.read_text() + key.read_text())
    return crt, key, pem


def resources(directory):
    """They as resources of Sluice."""
    return "".join(resource(kind, *certificate(directory, kind)[:2]) for kind in KINDS)


def resource(kind, crt, key):
    indented = ["".join(f"    {line}\n" for line in file.read_text().splitlines()) for file in (crt, key)]
    return (
        f"\n---\nkind: Certificate\nname: {kind}\nspec:\n"
        f"  certificate: |\n{indented[0]}  privateKey: |\n{indented[1]}"
    )
