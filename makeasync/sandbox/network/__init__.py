"""The phone network: every decision about a request, and what becomes of a message. Pure: `now` is passed in.

The rooms: `arguments` (the query, and what may stand in it), `operations` (the requests, as a table), `catalogue`
(texts), `magic` (numbers that decide what happens), `faults` (what goes wrong, and for whom), `timelines` (when things
happen), `answers` (XML), `trackings` (what a tracking shows), `recordings` (audio), `mask` (what stands in the
password's place), `records` and `ledger` (what is remembered), `settings` (what developers may set), and `service`,
which puts them together. No HTTP, no clock, no lock, no thread.
"""
