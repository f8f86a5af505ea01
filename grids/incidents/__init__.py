"""Incidents (事件): from the report to the close, and whoever mends what is broken."""
