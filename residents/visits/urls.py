"""Desk pages of visits, below the people's addresses."""

from django.urls import path

from residents.views import findings, leaders, visit_plan, visits

urlpatterns = [
    path("visits/", visits.visit_board, name="visit_board"),
    path("visits/<uuid:visit_id>/", visits.visit_show, name="visit_show"),
    path("visits/<uuid:visit_id>/correct/", visits.visit_correct, name="visit_correct"),
    path("households/<uuid:household_id>/visit/", visits.visit_create, name="visit_create"),
    path("households/<uuid:household_id>/change/", visits.change_report, name="change_report"),
    path("visits/findings/", findings.finding_list, name="finding_list"),
    path("visits/findings/<uuid:finding_id>/apply/", findings.finding_apply,
         name="finding_apply"),
    path("visits/findings/<uuid:finding_id>/dismiss/", findings.finding_dismiss,
         name="finding_dismiss"),
    path("visits/plan/", visit_plan.visit_plan, name="visit_plan"),
    path("visits/plan/rules/new/", visit_plan.visit_rule_create, name="visit_rule_create"),
    path("visits/plan/rules/defaults/", visit_plan.visit_rule_defaults,
         name="visit_rule_defaults"),
    path("visits/plan/rules/<uuid:rule_id>/", visit_plan.visit_rule_update,
         name="visit_rule_update"),
    path("visits/plan/rules/<uuid:rule_id>/pause/", visit_plan.visit_rule_pause,
         name="visit_rule_pause"),
    path("visits/plan/rounds/new/", visit_plan.visit_round_create, name="visit_round_create"),
    path("visits/plan/rounds/<uuid:round_id>/end/", visit_plan.visit_round_end,
         name="visit_round_end"),
    path("visits/hints/", leaders.visit_hints, name="visit_hints"),
    path("visits/allowance/", leaders.allowance_sheet, name="allowance_sheet"),
    path("visits/allowance/rates/new/", leaders.allowance_rate_set, name="allowance_rate_set"),
    path("visits/hand-overs/", leaders.hand_over_list, name="hand_over_list"),
    path("visits/hand-overs/new/<uuid:cell_id>/", leaders.hand_over_create,
         name="hand_over_create"),
    path("visits/hand-overs/<uuid:hand_over_id>/", leaders.hand_over_show, name="hand_over_show"),
    path("visits/hand-overs/<uuid:hand_over_id>/confirm/", leaders.hand_over_confirm,
         name="hand_over_confirm"),
]  # fmt: skip
