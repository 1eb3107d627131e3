"""The certificate of the TLS door, the same for all proxies."""

import subprocess

from parts import machine


def certificate(directory):
    """Paths of certificate, key and both in one file, made when first asked for: P-256, as most sites have it today."""
    crt, key, pem = (directory / f"tls.{kind}" for kind in ("crt", "key", "pem"))
    if not pem.exists():
        command = [
            machine.find("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=bench.example", "-addext", "subjectAltName=DNS:bench.example",
            "-keyout", key, "-out", crt,
        ]  # fmt: skip
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        pem.write_text(crt.read_text() + key.read_text())
    return crt, key, pem


def resource(directory):
    """It as a resource of Sluice."""
    crt, key, _ = certificate(directory)
    indented = ["".join(f"    {line}\n" for line in file.read_text().splitlines()) for file in (crt, key)]
    return (
        "\n---\nkind: Certificate\nname: bench\nspec:\n"
        f"  certificate: |\n{indented[0]}  privateKey: |\n{indented[1]}"
    )
