"""Errors of the domain: each carries a sentence in Chinese that the user may read as it is."""


class DomainError(Exception):
    """Something the user can mend; ``field`` names the form field it belongs to, if any."""

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(DomainError):
    """The role lacks the permission (answered with 403)."""

    def __init__(self, message: str = "您的岗位没有这项权限，请联系社区主任。"):
        super().__init__(message)


class OutOfScope(DomainError):
    """The row is not in the user's scope; answered exactly like a missing row (404)."""

    def __init__(self, message: str = "没有找到这条记录。"):
        super().__init__(message)


class Conflict(DomainError):
    """Somebody saved the row in between (answered with 409 and both values).

    ``row`` is the row as it is stored now, ``yours`` the values that were to be written.
    """

    def __init__(self, row, yours: dict):
        super().__init__("您填写期间，别人已经修改了这条记录。请对照后再保存，您填的内容没有丢失。")
        self.row = row
        self.yours = yours


class TooMany(DomainError):
    """Asked for more often than anybody needs to; ``seconds`` until it is answered again."""

    def __init__(self, message: str, *, seconds: int = 60):
        super().__init__(message)
        self.seconds = seconds


class AuditMissing(AssertionError):
    """An action ended without an audit row: a programming error, the action is rolled back."""
