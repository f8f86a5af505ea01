"""Django's ``check``, which also tells of holiday calendars that are missing or broken.

Every command runs the registered checks first, and those that print for other programs
(``indicators --json``) would repeat this before each answer: only who asks for checks is told.
"""

from django.core.checks import registry
from django.core.management.commands import check

from portal.core.checks import calendar_check


class Command(check.Command):
    def handle(self, *args, **options):
        registry.register(calendar_check, "calendar")
        try:
            super().handle(*args, **options)
        finally:
            registry.registry.registered_checks.discard(calendar_check)
