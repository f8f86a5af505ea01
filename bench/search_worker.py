"""A process over one database: answers each line with the times of its searches."""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"


def main() -> None:
    import django

    django.setup()
    from bench.context import Context
    from bench.search import measured

    context = Context(small="")
    for _ in sys.stdin:
        sys.stdout.write(json.dumps(measured(context.user, context.community, 1)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
