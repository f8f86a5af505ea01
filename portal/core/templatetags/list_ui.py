"""What stands around the rows of a list: their pieces are the same on most pages, so each is
rendered once (``portal.core.pieces``)."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from portal.core.pieces import piece

register = template.Library()


@register.simple_tag(takes_context=True)
def list_bar(context) -> SafeString:
    """Above the rows: their number, views, columns, files, print."""
    spec, facts = context["spec"], context["facts"]
    may_export = context["may_export"]
    return piece(
        "core/_list_bar.html",
        {
            "csrf_token": context["csrf_token"],
            "shown": facts.shown,
            "address": context["address"],
            "printed": context["address"] if may_export else context["here"],
            "kept_columns": hidden_fields(context["kept_columns"]),
        },
        name=spec.name,
        unit=spec.unit,
        views=tuple(facts.views),
        column_boxes=context["column_boxes"],
        formats=context["formats"],
        may_export=may_export,
        has_rows=bool(context["page"].rows),
    )


@register.simple_tag(takes_context=True)
def list_bulkbar(context) -> SafeString:
    """What can be done to the picked rows; nothing where there is nothing to do."""
    if not context["bulk"]:
        return SafeString()
    return piece(
        "core/_list_bulkbar.html",
        {
            "csrf_token": context["csrf_token"],
            "address": context["address"],
            "shown": context["facts"].shown,
        },
        unit=context["spec"].unit,
        bulk=tuple((one.key, one.label, one.icon) for one in context["bulk"]),
        is_part=_is_part(context),
    )


@register.simple_tag(takes_context=True)
def list_pager(context) -> SafeString:
    """Below the rows: the way to the other pages."""
    spec, links = context["spec"], context["links"]
    return piece(
        "core/_list_pager.html",
        {"shown": context["facts"].shown, **links},
        unit=spec.unit,
        size=context["size"],
        has_before=bool(links["first"]),
        has_after=bool(links["last"]),
        is_part=_is_part(context),
    )


def _is_part(context) -> bool:
    """Whether the list goes on before or after these rows."""
    return bool(context["links"]["first"] or context["links"]["last"])


def hidden_fields(pairs) -> SafeString:
    """Hidden inputs of a form for (name, value) pairs."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
