"""I/O: the client, its transport, its clock. Nothing here decides: `pacing` says when, `protocol` says what."""
