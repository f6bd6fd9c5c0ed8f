"""Decisions about time: when the next request may go, what may be repeated, which poll is due.

Arithmetic only: `now` and randomness are arguments, nothing here sleeps, sends or asks a clock. `client` drives it.
"""
