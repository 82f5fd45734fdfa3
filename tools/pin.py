"""Renews requirements/*.txt from pyproject.toml: for every platform, with hashes, without an index address."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
uv = shutil.which("uv") or str(Path(sys.prefix) / "bin" / "uv")
if not Path(uv).exists():
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)

for name, groups in (("run", []), ("dev", ["--group", "dev"])):
    options = "--quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header"
    command = [uv, "pip", "compile", *options.split(), *sys.argv[1:], "pyproject.toml", *groups]
    subprocess.run([*command, "--output-file", f"requirements/{name}.txt"], cwd=ROOT, check=True)
