"""Who may read over REST; apart from api.py, which the settings cannot import yet."""

from rest_framework.permissions import BasePermission


class Denied(BasePermission):
    """The default: nobody, until a view says who."""

    message = "这个地址没有开放。"

    def has_permission(self, request, view):
        return False


class InScope(BasePermission):
    """The client's token has the scope that the view names; "" takes any valid token."""

    message = "这个凭证没有读取这类数据的范围。"

    def has_permission(self, request, view):
        scopes = getattr(request.user, "scopes", None)
        return scopes is not None and (not view.scope or view.scope in scopes)
