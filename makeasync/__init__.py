"""The async Python client of the make API v1.1 (makesms.fr)."""
