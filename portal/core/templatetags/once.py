"""The hidden key that makes a form safe to send twice (portal.core.once)."""

from django import template
from django.utils.html import format_html

from portal.core.ids import new_id
from portal.core.once import FIELD

register = template.Library()


@register.simple_tag
def once_field():
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_id())
