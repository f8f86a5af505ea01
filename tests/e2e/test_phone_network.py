"""A network that lies."""

from django.conf import settings
from playwright.sync_api import expect

from portal.core.models import Submission
from residents.models import Visit
from tests.e2e.walking import online, ready, visit
from tests.waiting import wait_until

# --- A network that lies

SPOILED = (
    {"status": 500, "body": "<h1>Server Error</h1>"},
    {"status": 502, "body": "bad gateway"},
    {"status": 201, "body": '{"ok": tr'},
    {"status": 200, "body": "<p>免费上网</p>"},
)


def test_answers_spoiled_on_their_way_count_for_nothing(made, network, handset):
    """The server took the record each time, and the phone cannot know."""
    ready(handset, made.leader)
    given = []

    def spoil(route):
        route.fetch()
        if len(given) == len(SPOILED):
            given.append(None)
            return route.abort()
        given.append(SPOILED[len(given)])
        return route.fulfill(**given[-1])

    handset.page.route("**/m/submit/", spoil)
    visit(handset, made.homes[0])
    for n in range(1, len(SPOILED) + 2):
        if n > 1:
            online(handset)
        wait_until(lambda n=n: handset.kept("queue") and len(given) >= n, seconds=20, what="a send")
        assert len(handset.kept("queue")) == 1
    handset.page.unroute("**/m/submit/")
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert (Visit.objects.count(), Submission.objects.count()) == (1, 1)


def test_one_record_that_gets_no_answer_does_not_hold_up_the_others(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    for home in made.homes[:3]:
        visit(handset, home)
    first = min(handset.kept("queue"), key=lambda row: row["number"])["key"]

    def stumble(route):
        if route.request.post_data_json["key"] == first:
            return route.fulfill(status=500, body="<h1>Server Error</h1>")
        return route.continue_()

    page.route("**/m/submit/", stumble)
    network.up = True
    for _ in range(4):
        with page.expect_response("**/m/submit/"):
            online(handset)
    expect(page.locator("#count-number")).to_have_text("1")
    assert Visit.objects.count() == 2
    page.unroute("**/m/submit/")
    online(handset)
    expect(page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.count() == 3


def test_a_token_that_grew_stale_costs_no_time(made, network, handset):
    """Another answer gave the browser a new token between the question for it and the record."""
    ready(handset, made.leader)
    cookie = {"name": settings.CSRF_COOKIE_NAME, "value": "x" * 32, "url": network.url}
    asked = []

    def change(route):
        answer = route.fetch()
        asked.append(answer.status)
        if len(asked) > 1:
            return route.fulfill(response=answer)
        handset.context.add_cookies([cookie])
        return route.fulfill(status=200, json=answer.json())

    handset.page.route("**/m/me.json", change)
    visit(handset, made.homes[0])
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert (asked, Visit.objects.count()) == ([200, 200], 1)
