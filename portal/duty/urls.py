"""Addresses of duty."""

from django.urls import path

from portal.duty.views import figures, mine, rosters, setup, shifts

app_name = "duty"
urlpatterns = [
    path("rosters/", rosters.roster_list, name="roster_list"),
    path("rosters/new/", rosters.roster_create, name="roster_create"),
    path("rosters/<uuid:roster_id>/", rosters.roster_show, name="roster_show"),
    path("rosters/<uuid:roster_id>/solve/", rosters.roster_solve, name="roster_solve"),
    path("rosters/<uuid:roster_id>/publish/", rosters.roster_publish, name="roster_publish"),
    path("rosters/<uuid:roster_id>/delete/", rosters.roster_delete, name="roster_delete"),
    path("shifts/<uuid:shift_id>/", shifts.shift_show, name="shift_show"),
    path("shifts/<uuid:shift_id>/takers/", shifts.shift_takers, name="shift_takers"),
    path("shifts/<uuid:shift_id>/set/", shifts.shift_set, name="shift_set"),
    path("shifts/<uuid:shift_id>/pin/", shifts.shift_pin, name="shift_pin"),
    path("shifts/<uuid:shift_id>/replace/", shifts.shift_replace, name="shift_replace"),
    path("shifts/<uuid:shift_id>/sick/", shifts.shift_sick, name="shift_sick"),
    path("board/", rosters.board, name="board"),
    path("mine/", mine.mine, name="mine"),
    path("mine/<uuid:shift_id>/check-in/", mine.shift_check_in, name="shift_check_in"),
    path("mine/<uuid:shift_id>/swap/", mine.swap_ask, name="swap_ask"),
    path("changes/<uuid:change_id>/answer/", mine.swap_answer, name="swap_answer"),
    path("changes/<uuid:change_id>/approve/", mine.swap_approve, name="swap_approve"),
    path("changes/<uuid:change_id>/cancel/", mine.change_cancel, name="change_cancel"),
    path("wishes/new/", mine.wish_set, name="wish_set"),
    path("wishes/<uuid:wish_id>/remove/", mine.wish_remove, name="wish_remove"),
    path("calendar/new/", mine.calendar_feed_make, name="calendar_feed_make"),
    path("calendar/end/", mine.calendar_feed_revoke, name="calendar_feed_revoke"),
    path("calendar/<str:token>.ics", mine.calendar_feed, name="calendar_feed"),
    path("handover/", mine.handover_show, name="handover_show"),
    path("handover/<uuid:shift_id>/note/", mine.duty_note_add, name="duty_note_add"),
    path("handover/<uuid:shift_id>/matter/", mine.duty_matter_open, name="duty_matter_open"),
    path("handover/matters/<uuid:matter_id>/close/", mine.duty_matter_close,
         name="duty_matter_close"),
    path("fairness/", figures.fairness, name="fairness"),
    path("hours/", figures.hours, name="hours"),
    path("setup/", setup.setup, name="setup"),
    path("setup/shifts/new/", setup.template_create, name="template_create"),
    path("setup/shifts/<uuid:template_id>/", setup.template_update, name="template_update"),
    path("setup/people/new/", setup.duty_member_add, name="duty_member_add"),
    path("setup/people/<uuid:duty_member_id>/", setup.duty_member_update,
         name="duty_member_update"),
    path("setup/leave/new/", setup.leave_add, name="leave_add"),
    path("setup/leave/<uuid:leave_id>/remove/", setup.leave_remove, name="leave_remove"),
    path("setup/rules/", setup.duty_rules_set, name="duty_rules_set"),
]  # fmt: skip
