"""Desk pages of visits, below the people's addresses."""

from django.urls import path

from residents.views import findings, visit_plan, visits

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
]  # fmt: skip
