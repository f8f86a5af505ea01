"""Log lines without personal values: of an exception its type and its place, never its text.

A database puts the offending row into the text ("Key (name)=(…) already exists"), a form the
value that was typed; neither may reach a log file.
"""

import logging
import re
import traceback

TOKEN = re.compile(r"(/r/)[\w-]{16,}")  # of a signed link: whoever reads it may answer


class PlaceFormatter(logging.Formatter):
    """One line a record; below it the frames of an exception and of those that led to it."""

    def format(self, record):
        if isinstance(record.args, dict) and "exc" in record.args:  # Celery's report of a failure
            record.args = {**record.args, "exc": str(record.args["exc"]).partition("(")[0]}
        return TOKEN.sub(r"\1***", super().format(record))

    def formatException(self, ei):
        lines, error = [], ei[1]
        while error is not None:
            kind = type(error)
            frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            lines.append(f"{kind.__module__}.{kind.__qualname__} at\n{frames}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\ncaused by ".join(lines)
