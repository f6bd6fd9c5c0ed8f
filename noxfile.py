"""Every way of checking makeasync. `nox -l` lists them; `nox` runs what a change must pass."""

from __future__ import annotations

import shutil

import nox

nox.options.sessions = ["lint", "typing", "tests"]
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True

PYTHONS = [
    version for version in nox.project.python_versions(nox.project.load_toml()) if shutil.which(f"python{version}")
]


@nox.session(python=PYTHONS or None)
def tests(session: nox.Session) -> None:
    """Run the test suite, with branch coverage, on every Python found."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "--numprocesses=auto", *session.posargs)
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
    """Cancel at random 200 times over, where the suite does it 20 times."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("pytest", "tests/client/test_promises.py", *session.posargs, env={"MAKEASYNC_ROUNDS": "200"})


@nox.session
def crash(session: nox.Session) -> None:
    """Kill a campaign of 500 at 200 instants and at every step, where the suite does a few; print the table."""
    session.install("--quiet", "-e", ".[dev]")
    tests = ("tests/campaign/test_crash.py", "tests/campaign/test_any_sequence.py")
    session.run("pytest", "--numprocesses=auto", *tests, *session.posargs, env={"MAKEASYNC_CRASH": "whole"})


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
