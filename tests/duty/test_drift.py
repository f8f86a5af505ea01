"""A calendar that comes after the draft, or shifts that were set up anew since."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from portal.core.errors import Conflict, DomainError
from portal.core.models import ChangeLog
from portal.duty.actions import roster_create, roster_publish, roster_renew
from portal.duty.models import Shift
from tests.duty.rows import make_template
from tests.people import client_of

pytestmark = pytest.mark.django_db
MONDAY, SATURDAY = dt.date(2027, 3, 8), dt.date(2027, 3, 13)


@pytest.fixture
def draft(community, clerk, tmp_path, settings):
    """March 2027, drafted before the year's calendar came."""
    settings.LINLI_DATA_DIR = tmp_path
    make_template(community, "早班")
    make_template(community, "周末窗口", days="weekend")
    make_template(community, "节日值班", days="holiday", kind="festival")
    return roster_create(by=clerk, community_id=community.pk, month=MONDAY)


@pytest.fixture
def calendar(draft, settings):
    """Monday the 8th is off, and Saturday the 13th is worked for it."""
    folder = settings.LINLI_DATA_DIR / "workdays"
    folder.mkdir()
    year = {"off": [[str(MONDAY), str(MONDAY), "节"]], "worked": [str(SATURDAY)]}
    (folder / "2027.json").write_text(json.dumps(year), "utf-8")


def page(user, draft, name="roster_show"):
    return client_of(user).get(reverse(f"duty:{name}", args=[draft.pk])).content.decode()


def names_on(day):
    return list(Shift.objects.filter(on=day).values_list("name", flat=True))


def keep(draft, user, day=MONDAY + dt.timedelta(days=1)):
    """Somebody on a morning of the draft."""
    shift = draft.shifts.get(on=day, name="早班")
    shift.user, shift.is_pinned = user, True
    shift.save()
    return shift


def test_pages_of_a_draft_name_the_days_and_offer_to_renew_it(draft, calendar, clerk, guard):
    for name in ("roster_show", "roster_publish"):
        assert "涉及 3月8日、3月13日：要加 2 班，多出 2 班" in page(clerk, draft, name)
    assert "更新草稿" not in page(guard, draft)


def test_nothing_is_said_while_nothing_has_changed(draft, clerk):
    for name in ("roster_show", "roster_publish"):
        assert "更新草稿" not in page(clerk, draft, name)


def test_roster_renew_follows_the_calendar_and_keeps_who_is_there(draft, calendar, clerk, wang):
    kept = keep(draft, wang)
    client = client_of(clerk)
    answer = client.post(reverse("duty:roster_renew", args=[draft.pk]), follow=True)
    assert "已按现在的节假日和班次安排更新" in answer.content.decode()
    assert (names_on(MONDAY), names_on(SATURDAY)) == (["节日值班"], ["早班"])
    assert Shift.objects.get(on=MONDAY).is_holiday
    kept.refresh_from_db()
    assert (kept.user, kept.is_pinned, kept.version) == (wang, True, 1)
    assert "更新草稿" not in page(clerk, draft)
    (logged,) = ChangeLog.objects.filter(action="roster_renew")
    assert logged.after == {"added": 2, "removed": 2, "changed": 0}
    roster_renew(by=clerk, roster=draft)
    assert ChangeLog.objects.filter(action="roster_renew").count() == 1


def test_a_template_that_was_changed_gives_its_hours_to_the_draft(draft, clerk, wang):
    kept = keep(draft, wang)
    kept.template.__class__.objects.filter(pk=kept.template_id).update(ends=dt.time(13))
    assert "要改 23 班" in page(clerk, draft)
    roster_renew(by=clerk, roster=draft)
    kept.refresh_from_db()
    assert (kept.user, kept.hours) == (wang, 5)


def test_who_saw_the_draft_before_does_not_publish_it(draft, calendar, clerk, wang):
    keep(draft, wang)
    roster_renew(by=clerk, roster=draft)
    with pytest.raises(Conflict):
        roster_publish(by=clerk, roster=draft, version=1)


def test_a_published_month_stays_and_says_so(draft, clerk, guard, wang, request):
    keep(draft, wang)
    roster_publish(by=clerk, roster=draft, version=1)
    request.getfixturevalue("calendar")
    text = page(clerk, draft)
    assert "节假日安排与发布时不同" in text
    assert "3月8日、3月13日" in text
    assert "更新草稿" not in text
    assert "节假日安排与发布时不同" not in page(guard, draft)
    with pytest.raises(DomainError, match="已经发布"):
        roster_renew(by=clerk, roster=draft)
    assert names_on(SATURDAY) == ["周末窗口"]
