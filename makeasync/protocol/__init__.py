"""Values and bytes: what the make API v1.1 says, and nothing that does anything with it.

Here live the requests, the answers, their XML, the result codes, the message alphabet, phone numbers and dates.
No I/O, no clock, no event loop: everything in here can be called from anywhere and gives the same answer twice.
"""
