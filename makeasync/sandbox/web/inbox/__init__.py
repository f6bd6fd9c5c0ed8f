"""The inbox: the page on which a developer watches the sandbox and steers it.

The rooms: `labels` (French and English), `view` (what a page shows; pure, `now` is passed in), `actions` (what its
buttons do), `page` (routes and templates), `events` (what tells a page that something has changed). What stands in
`static` is asked of this server only: htmx, hx-sse and Pico as their makers publish them, with their licences.
Nothing is decided here about a request of the API.
"""
