"""Every way of checking makeasync. `nox -l` lists them; `nox` runs what a change must pass."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "typing", "tests"]
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True

PYTHONS = [
    version for version in nox.project.python_versions(nox.project.load_toml()) if shutil.which(f"python{version}")
]

# Much of the suite waits, for sockets and for processes: one more than there are cores.
WORKERS = f"--numprocesses={(os.cpu_count() or 1) + 1}"


@nox.session(python=PYTHONS or None)
def tests(session: nox.Session) -> None:
    """Run the test suite on every Python found, on the newest with branch coverage."""
    session.install("--quiet", "-e", ".[dev]")
    if session.python in PYTHONS[:-1]:
        session.run("pytest", WORKERS, *session.posargs)
        return
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", WORKERS, *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Hold style (ruff) and the layers of the house (import-linter)."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the package and its tests with pyright, strict."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("pyright")


@nox.session
def stress(session: nox.Session) -> None:
    """Cancel at random 200 times over, and every call at every step; the suite does it 8 times, and some calls."""
    session.install("--quiet", "-e", ".[dev]")
    tests = ("tests/client/test_promises.py", "tests/client/test_cancellation.py", "tests/campaign/test_runner.py")
    session.run("pytest", WORKERS, *tests, *session.posargs, env={"MAKEASYNC_ROUNDS": "200"})


@nox.session
def crash(session: nox.Session) -> None:
    """Kill a campaign of 500 at 200 instants and at every step, where the suite does a few; print the table."""
    session.install("--quiet", "-e", ".[dev]")
    tests = ("tests/campaign/test_crash.py", "tests/campaign/test_any_sequence.py")
    session.run("pytest", WORKERS, *tests, *session.posargs, env={"MAKEASYNC_CRASH": "whole"})


@nox.session
def faults(session: nox.Session) -> None:
    """Put every call through every fault on both event loops, in clear and over TLS, and write docs/faults.md."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("pytest", WORKERS, "tests/faults", *session.posargs, env={"MAKEASYNC_FAULTS": "whole"})


@nox.session
def browser(session: nox.Session) -> None:
    """Use the inbox in a real browser in every way, where the suite uses it in a few."""
    session.install("--quiet", "-e", ".[dev]")
    session.run(
        "pytest",
        WORKERS,
        "tests/sandbox/web/inbox/test_browser_at_length.py",
        *session.posargs,
        env={"MAKEASYNC_BROWSER": "whole"},
    )


@nox.session
def screenshots(session: nox.Session) -> None:
    """Open the inbox in a real browser and write what it looks like into docs/."""
    session.install("--quiet", "-e", ".[dev]")
    tests = ("tests/sandbox/web/inbox/test_browser_at_length.py", "-k", "looks_like")
    session.run("pytest", *tests, *session.posargs, env={"MAKEASYNC_BROWSER": "whole", "MAKEASYNC_SCREENSHOTS": "docs"})


@nox.session(python="3.11")
def fuzz(session: nox.Session) -> None:
    """Send 100,000 times rubbish to the sandbox, decode a million mutants, and let atheris look for half an hour.

    Say for how many seconds, if that is too long.
    """
    session.install("--quiet", "-e", ".[dev]", "atheris")
    session.run("pytest", "tests/sandbox/web/test_hostile.py", env={"MAKEASYNC_RUBBISH": "100000"})
    session.run(
        *("pytest", "-s", "tests/protocol/test_hostile.py", "-k", "mutants"), env={"MAKEASYNC_MUTANTS": "1000000"}
    )
    seconds = session.posargs[0] if session.posargs else "1800"
    found, samples = session.create_tmp(), "tests/samples"
    session.run(
        *("python", "tests/fuzz/answers.py", f"-max_total_time={seconds}", "-max_len=8192", "-timeout=5"),
        *("-rss_limit_mb=1024", f"-artifact_prefix={found}/", found, f"{samples}/hostile", f"{samples}/doc"),
    )


@nox.session
def soak(session: nox.Session) -> None:
    """Send and track for ten minutes on each event loop, with faults and cancellations, and count what is left."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("pytest", "-s", "tests/client/test_soak.py", *session.posargs, env={"MAKEASYNC_SOAK": "600"})


@nox.session
def uvloop(session: nox.Session) -> None:
    """Run what talks to sockets on uvloop."""
    session.install("--quiet", "-e", ".[dev]", "uvloop")
    tests = ("tests/client", "tests/faults", "tests/campaign", "tests/sandbox", "tests/test_telemetry.py")
    session.run("pytest", WORKERS, *tests, *session.posargs, env={"MAKEASYNC_LOOPS": "uvloop"})


@nox.session
def httpx2(session: nox.Session) -> None:
    """Run the suite with httpx2, the continuation of httpx, in the place of httpx."""
    session.install("--quiet", "-e", ".[dev]", "httpx2")
    alias = ("-p", "support.httpx2_everywhere")
    session.run("pytest", WORKERS, *alias, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    """Run the suite with the oldest versions that pyproject.toml allows."""
    project = nox.project.load_toml()["project"]
    extras = (*(project["optional-dependencies"][name] for name in ("text", "recipients", "sandbox", "cli", "otel")),)
    allowed = [it for it in (*project["dependencies"], *(it for extra in extras for it in extra)) if ">=" in it]
    session.install("--quiet", "-e", ".[dev]", *(re.sub(r">=", "==", it) for it in allowed))
    session.run("pytest", WORKERS, *session.posargs)


@nox.session
def audit(session: nox.Session) -> None:
    """Look for holes: in our code by ruff's S rules (bandit's), in what we depend on by pip-audit, if it can look."""
    session.install("--quiet", ".[all]", "ruff>=0.12", "pip-audit")
    session.run("ruff", "check", "--select", "S", "makeasync")
    found = Path(session.create_tmp()) / "audit.json"
    session.run("pip-audit", "--local", "--progress-spinner=off", "--format=json", f"--output={found}")
    looked_at = [it for it in json.loads(found.read_text("utf-8"))["dependencies"] if "vulns" in it]
    session.log(f"pip-audit knows {len(looked_at)} of what is installed; of the rest it can say nothing from here")


@nox.session
def newcomer(session: nox.Session) -> None:
    """Run the README's test in an environment that has what it says and pytest, and nothing else."""
    session.install("--quiet", ".[sandbox]", "pytest")
    [test] = re.findall(r"```python\n(import pytest\n.*?)```", Path("README.md").read_text("utf-8"), re.DOTALL)
    folder = Path(session.create_tmp())
    (folder / "test_readme.py").write_text(test, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")  # none of our settings
    session.run("pytest", str(folder))


@nox.session
def demo(session: nox.Session) -> None:
    """Send the example campaign to the sandbox and track it."""
    session.install("--quiet", ".[all]")
    session.run(
        *("makeasync", "campaign", "run", "examples/recipients.csv", "--sandbox", "--track", "--transliterate"),
        *("--rate", "50", "--from", "33639980000", "--msg", "Bonjour {Prénom}, à bientôt à {Ville} !"),
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Compare, in one run: the client against what it could have been. Prints ratios, asserts nothing."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("python", "-m", "benchmarks.client")
    session.run("python", "-m", "benchmarks.pacing")
    session.run("python", "-m", "benchmarks.campaign")
