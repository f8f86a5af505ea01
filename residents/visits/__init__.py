"""Visits (走访): whom to visit, by when, and what the pages and figures show of it."""
