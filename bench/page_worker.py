"""Fetches the page of residents ten times for each line that comes in."""

import sys

import django

PAGE = "/lists/residents/"


def main() -> None:
    django.setup()
    from bench.context import Context

    client = Context(small="").client
    for _ in sys.stdin:
        statuses = [client.get(PAGE).status_code for _ in range(10)]
        sys.stdout.write(f"{statuses.count(200)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
