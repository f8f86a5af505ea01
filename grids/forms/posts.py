"""Forms of posts and of the office."""

from django import forms
from django.utils import timezone

from grids.models import PostKind
from portal.accounts.models import Membership, User
from portal.core.conflict import VersionedForm
from portal.core.forms import DateField


class PostForm(forms.Form):
    kind = forms.ChoiceField(label="岗位", choices=PostKind.choices)
    user = forms.ModelChoiceField(None, label="人员", empty_label="请选择")
    from_on = DateField(label="起始日期", initial=timezone.localdate)

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        posts = Membership.objects.visible_to(by).current(timezone.localdate())
        inside = posts.filter(community=community)
        people = User.objects.visible_to(by).filter(is_active=True, pk__in=inside.values("user"))
        self.fields["user"].queryset = people.order_by("name")


class PostEndForm(VersionedForm):
    to_on = DateField(label="最后一天", initial=timezone.localdate, help_text="这一天仍然在任。")


class OfficeForm(VersionedForm):
    """What contact cards and the public page tell about the office."""

    office_address = forms.CharField(label="办公地址", max_length=120, required=False)
    office_phone = forms.CharField(label="办公电话", max_length=30, required=False)
    office_hours = forms.CharField(
        label="办公时间", max_length=120, required=False,
        help_text="如 周一至周日 8:00–18:30，中午不休息。",
    )  # fmt: skip
