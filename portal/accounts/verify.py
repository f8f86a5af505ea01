"""Do the grants on the user rows still say what the memberships say?"""

from portal.accounts.access import grants_of
from portal.accounts.models import Session, User
from portal.core.verify import verifies


@verifies("岗位权限")
def grants_check():
    for user in User.objects.order_by("pk").iterator():
        if user.grants != grants_of(user):
            yield f"账号 {user.username} 的权限与任职记录不符"


@verifies("登录会话")
def sessions_check():
    for session in Session.objects.filter(user__is_active=False).select_related("user"):
        yield f"已停用的账号 {session.user.username} 还有登录会话"
