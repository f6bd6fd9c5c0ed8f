"""The command line: what people type and read. Everything it does, the library does; here it is asked for and shown.

Standard output is data, standard error is talk. Nothing imports this package.
"""

from makeasync.errors import MissingExtra

__all__ = ["main"]


def main() -> None:
    """Run the command `makeasync`."""
    try:
        from makeasync.cli.app import app  # noqa: PLC0415 - an extra is imported where it is used
    except ModuleNotFoundError as error:
        raise SystemExit(str(MissingExtra("cli", purpose=f"the command line ({error.name} is missing)"))) from None
    app()
