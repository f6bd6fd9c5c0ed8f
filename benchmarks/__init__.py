"""Comparisons, each in one run, printed as ratios. Nothing here is asserted by a test."""
