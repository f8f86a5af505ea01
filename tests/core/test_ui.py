"""The pieces of the pages: every one renders with its shortest and its longest call."""

import datetime as dt

import pytest
from django.forms import BooleanField, CharField, Form, ValidationError
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone

ROWS = [{"label": "0–4", "left": 3, "right": 6}, {"label": "5–9", "left": 0, "right": 2}]


def draw(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% icon 'users' %}", 'class="icon"'),
        ("{% plate '3-2-501' %}", '<span class="plate">3-2-501</span>'),
        ("{% plate '3-2-501' '/x' large=True %}", '<a class="plate plate-lg" href="/x">'),
        ("{% badge '独居' 'warn' %}", '<span class="badge badge-warn">独居</span>'),
        ("{% crumb '居民' '/x' %}", '<li><a href="/x">居民</a></li>'),
        ("{% card '标题' %}内容{% endcard %}", "<h2>标题</h2>"),
        ("{% card %}{% badge '甲' %}{% endcard %}", '<span class="badge">甲</span>'),
        ("{% note 'bad' '没有保存' role='alert' %}原因{% endnote %}", 'role="alert"'),
        ("{% nothing '还没有居民' %}怎么办{% endnothing %}", "还没有居民"),
        ("{% stat '居民' 7067 unit='人' href='/x' %}", "7,067"),
        ("{% progress 30 60 '写入' %}", '<progress aria-label="进度" value="30" max="60">50%'),
        ("{% progress 0 0 %}", '<progress aria-label="进度">'),
        ("{% masked '138****5678' %}", "138****5678"),
        ("{% masked '138****5678' '/reveal' 'phone' '电话' %}", 'hx-post="/reveal"'),
    ],
)
def test_piece(source, expected):
    assert expected in draw(source)


def test_text_in_pieces_is_escaped():
    sources = ("{% plate x %}", "{% badge x %}", "{% stat x x note=x %}", "{% masked x '/' %}")
    for source in sources:
        assert "<b>" not in draw(source, x="<b>")


def test_steps_mark_what_is_done_and_what_is_now():
    html = draw("{% steps '上传|核对|结果' 2 %}")
    assert [html.count(word) for word in ("is-done", "is-now", 'aria-current="step"')] == [1, 1, 1]


def test_tabs_mark_the_active_one():
    html = draw(
        "{% tabs items %}", items=[{"label": "成员", "url": "/", "active": True, "count": 0}]
    )
    assert 'aria-current="page"' in html
    assert '<span class="badge">0</span>' in html


def test_pyramid_scales_both_sides_alike():
    html = draw("{% pyramid rows %}", rows=ROWS)
    assert 'x="50.0" width="50.0"' in html
    assert '<rect class="bar-b" width="100.0"' in html
    assert "男 3 人" in html


def test_bars_and_shares_of_nothing_are_empty():
    assert "<tr><th" not in draw("{% bars rows %}", rows=[]).partition("<tbody>")[2]
    assert 'width="0"' in draw("{% shares rows %}", rows=[{"label": "甲", "value": 0}])


def test_shares_add_up():
    rows = [{"label": "甲", "value": 1, "url": "/a"}, {"label": "乙", "value": 3}]
    html = draw("{% shares rows %}", rows=rows)
    assert "25.0%" in html
    assert "75.0%" in html


def test_moment_speaks_of_today_and_yesterday():
    now = timezone.localtime().replace(hour=9, minute=5)
    assert draw("{{ x|moment }}", x=now) == "今天 09:05"
    assert draw("{{ x|moment }}", x=now - dt.timedelta(days=1)) == "昨天 09:05"
    assert draw("{{ x|moment }}", x=now.replace(year=2001, month=1, day=2)) == "2001年1月2日 09:05"


def test_nothing_is_shown_as_a_dash():
    for name in ("day", "day_short", "moment", "figure"):
        assert draw("{{ x|" + name + " }}", x=None) == "—"


class Sample(Form):
    name = CharField(label="姓名", help_text="按身份证上的写法。")
    away = BooleanField(label="人户分离", required=False)

    def clean_name(self):
        raise ValidationError("姓名里有数字。")


def test_field_keeps_what_was_typed_and_says_what_is_wrong():
    html = str(Sample({"name": "张3"}))
    assert 'value="张3"' in html
    assert 'aria-invalid="true"' in html
    assert '<ul class="errorlist" id="id_name_error"><li>姓名里有数字。</li></ul>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_page_needs_no_context(name):
    html = render_to_string(f"{name}.html", {"reason": "", "exception": ""})
    assert "数据" in html or "没有找到" in html
    assert " style=" not in html
