"""The campaign: many messages, each at most once, nobody lost; from a file of recipients to a report of outcomes."""
