"""Forms of sign-in, accounts and posts."""

from django import forms
from django.apps import apps
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from portal.accounts import brake
from portal.accounts.access import roles_given_by, streets
from portal.accounts.models import User
from portal.accounts.permissions import IN_CELLS, PLACELESS, Permission, Role
from portal.core.conflict import VersionedForm
from portal.core.errors import TooMany
from portal.core.forms import DateField

LONGEST = 128  # characters of a password: hashing a longer one only costs time


class SignInForm(AuthenticationForm):
    """One sentence for every failure, so that it never tells which account exists."""

    WRONG = "登录名或密码不对，请重新输入。"
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}
    wait = 0

    def __init__(self, request=None, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["username"].max_length = User._meta.get_field("username").max_length

    def clean_username(self):
        return self.cleaned_data["username"].strip().lower()

    def clean(self):
        """Look at the password, unless there were too many wrong ones: then ``wait`` says for
        how many seconds."""
        username = self.cleaned_data.get("username")
        if not (username and self.cleaned_data.get("password")):
            return super().clean()
        tried = brake.sign_in_try(self.request, username)
        try:
            brake.begin(tried)
        except TooMany as error:
            self.wait = error.seconds
            raise ValidationError(error.message, code="wait") from error
        try:
            data = super().clean()
        except ValidationError:
            brake.wrong(username)
            raise
        brake.right(tried)
        return data


class PasswordChangeForm(SetPasswordMixin, forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="现在的密码", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )  # fmt: skip
    new1, new2 = SetPasswordMixin.create_password_fields("新密码", "再输一遍新密码")

    def __init__(self, user, *args, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        for name in ("new1", "new2"):
            self.fields[name].max_length = LONGEST
            self.fields[name].validators.append(MaxLengthValidator(LONGEST))
        self.fields["new1"].help_text = "至少 12 位，不要用姓名、登录名或常见密码，不要全是数字。"
        self.fields["new2"].help_text = ""

    def clean_old(self):
        tried = brake.password_try(self.user)
        try:
            brake.begin(tried)
        except TooMany as error:
            raise ValidationError(error.message) from error
        if not self.user.check_password(self.cleaned_data["old"]):
            raise ValidationError("现在的密码不对。")
        brake.right(tried)
        return self.cleaned_data["old"]

    def clean(self):
        self.validate_passwords("new1", "new2")
        self.validate_password_for_user(self.user, "new2")
        return super().clean()


class WideField(forms.BoundField):
    """Takes the whole width of the form."""

    def css_classes(self, extra_classes=None):
        return "span"


class ChecksInColumns(forms.CheckboxSelectMultiple):
    """Many boxes side by side; the class is the list's, not each box's."""

    def __init__(self):
        super().__init__(attrs={"class": "form-grid"})

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"].pop("class", None)
        return option


class MembershipForm(forms.Form):
    """A post in the community that the page is about, or one that belongs to no community.

    ``by`` hands it out: the choices are no wider than that.
    """

    role = forms.ChoiceField(label="岗位")
    street = forms.ModelChoiceField(
        None, label="街道", required=False, help_text="只有街道办岗位需要。"
    )
    cells = forms.ModelMultipleChoiceField(
        None, label="负责的网格", required=False, widget=ChecksInColumns,
        bound_field_class=WideField,
        help_text="只有网格长需要，可选多个。",
    )  # fmt: skip
    from_on = DateField(label="第一天", initial=timezone.localdate)
    to_on = DateField(label="最后一天", required=False, help_text="不填就是长期。")

    field_order = ["role", "street", "from_on", "to_on", "cells"]

    def __init__(self, *args, by, community=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.community = community
        elsewhere = PLACELESS | {Role.STREET}
        roles = [r for r in roles_given_by(by) if community or r in elsewhere]
        self.fields["role"].choices = [("", "请选择")] + [(r.value, r.label) for r in roles]
        self._narrow(by, roles)

    def _narrow(self, by, roles):
        if Role.STREET in roles:
            self.fields["street"].queryset = streets()
        else:
            del self.fields["street"]
        if self.community is None:
            del self.fields["cells"]
        else:
            cells = apps.get_model("grids", "GridCell").objects.visible_to(
                by, Permission.STAFF_UPDATE
            )
            self.fields["cells"].queryset = cells.filter(
                community=self.community, valid_to=None
            ).order_by("number")

    def clean(self):
        data = super().clean()
        role, street = data.get("role"), data.get("street")
        if role == Role.STREET and not street:
            self.add_error("street", "请选择街道。")
        if role in IN_CELLS and not data.get("cells"):
            self.add_error("cells", "请选择负责的网格。")
        if data.get("from_on") and data.get("to_on") and data["to_on"] < data["from_on"]:
            self.add_error("to_on", "最后一天不能早于第一天。")
        return data

    def post(self) -> dict:
        """The arguments of ``membership_add``: places that the role has no use for fall away."""
        data = dict(self.cleaned_data)
        here = data["role"] not in PLACELESS and data["role"] != Role.STREET
        return data | {
            "community": self.community if here else None,
            "street": data.get("street") if data["role"] == Role.STREET else None,
            "cells": data.get("cells") or (),
        }


class StaffForm(MembershipForm):
    """A new colleague: the account and the first post."""

    name = forms.CharField(label="姓名", max_length=40)
    username = forms.CharField(
        label="登录名", max_length=40, help_text="小写字母、数字、点或短横，以后不能更改。",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )  # fmt: skip

    field_order = ["name", "username", "role", "street", "from_on", "to_on", "cells"]

    def clean_username(self):
        return self.cleaned_data["username"].lower()


class StaffNameForm(VersionedForm):
    name = forms.CharField(label="姓名", max_length=40)
    work_phone = forms.CharField(
        label="工作电话", max_length=30, required=False,
        help_text="会印在联系卡上，并显示在扫码后的公开页面；不要填私人号码。",
    )  # fmt: skip


class MembershipEndForm(VersionedForm):
    to_on = DateField(label="最后一天", help_text="这一天仍然有效。")


class StaffFilter(forms.Form):
    """What the staff list may be narrowed by."""

    q = forms.CharField(label="姓名或登录名", required=False, max_length=40)
    role = forms.ChoiceField(label="岗位", required=False, choices=[("", "全部"), *Role.choices])
    state = forms.ChoiceField(
        label="账号", required=False,
        choices=[("", "在用"), ("off", "已停用"), ("all", "全部")],
    )  # fmt: skip
