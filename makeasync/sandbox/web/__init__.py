"""The web of the sandbox: how requests come in and answers go out. No decision about a request of the API.

The rooms: `app` (which path goes where), `delivery` (how an answer goes out, or goes wrong), `presence` (who is waited
for), `guard` (who may steer), `control` (JSON, for programs), `inbox` (the page, for people), `server` (a socket).
"""
