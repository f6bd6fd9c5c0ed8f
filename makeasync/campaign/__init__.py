"""Campaigns: many messages at once, from a file of people.

Built on `client`; knows nothing of a terminal.
"""
