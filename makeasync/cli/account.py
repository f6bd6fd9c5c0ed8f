"""Whose account it is: login, password and address, from wherever a person keeps them.

A password is never taken from the command line, where every user of the machine could read it.
"""

import getpass
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter

from makeasync.cli.talk import UsageProblem
from makeasync.client.client import DEFAULT_BASE_URL

__all__ = ["Account", "Options"]


@Parameter(name="*")
@frozen(kw_only=True)
class Account:
    """The make account to use.

    Attributes:
        login: The e-mail address of the account.
        password_file: A file that holds the password. Without it: the variable MAKEASYNC_PASSWORD, the keyring if one
            is installed, or a prompt.
        base_url: The service's address.
    """

    login: Annotated[str | None, Parameter(env_var="MAKEASYNC_LOGIN")] = None
    password_file: Path | None = None
    base_url: Annotated[str, Parameter(env_var="MAKEASYNC_BASE_URL")] = DEFAULT_BASE_URL

    def known_login(self) -> str:
        """Give the login.

        Raises:
            UsageProblem: there is none.
        """
        if not self.login:
            raise UsageProblem("whose account? Give --login, or set MAKEASYNC_LOGIN (or try --sandbox)")
        return self.login

    def password(self) -> str:
        """Find the password.

        Raises:
            UsageProblem: there is none to be found.
        """
        sources: tuple[Callable[[], str | None], ...] = (
            self._from_file,
            lambda: os.environ.get("MAKEASYNC_PASSWORD"),
            self._from_keyring,
            self._from_prompt,
        )
        for source in sources:
            if password := source():
                return password
        raise UsageProblem("no password: give --password-file, or set MAKEASYNC_PASSWORD")

    def _from_file(self) -> str | None:
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(f"--password-file: cannot be read ({type(error).__name__})") from None

    def _from_keyring(self) -> str | None:
        try:
            keyring = importlib.import_module("keyring")
        except ImportError:
            return None
        found: object = keyring.get_password("makeasync", self.known_login())
        return found if isinstance(found, str) else None

    def _from_prompt(self) -> str | None:
        return getpass.getpass(f"Password of {self.known_login()}: ") if sys.stdin.isatty() else None


@Parameter(name="*")
@frozen(kw_only=True)
class Options:
    """What every command takes.

    Attributes:
        account: Whose account it is.
        sandbox: Ask a sandbox on this machine; nothing is sent to anybody.
        json: Write JSON to standard output.
    """

    account: Account = Account()
    sandbox: Annotated[bool, Parameter(negative=())] = False
    json: Annotated[bool, Parameter(negative=())] = False
