"""Addresses that stay the same for the life of the process, worked out once."""

from functools import lru_cache

from django.urls import get_urlconf, reverse


def address(name: str, *args) -> str:
    """``reverse(name, args=args)``; ``args`` are few and hashable: names, never ids of rows."""
    return _address(get_urlconf(), name, args)


@lru_cache(maxsize=1024)
def _address(urlconf: str | None, name: str, args: tuple) -> str:
    return reverse(name, urlconf, args)
