"""`make bench`: ratios of paired runs, never absolute times.

Each module has ``run(context)``, which yields ``Line``s; the table says which of them meet
their must. Absolute times swing with the machine, the ratio inside one run does not.
"""
