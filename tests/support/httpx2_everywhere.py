"""A pytest plugin for `nox -s httpx2`: `import httpx` gives httpx2, its continuation."""

import httpx2

httpx2.alias_httpx()
