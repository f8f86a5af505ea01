"""Pages of the people."""

from django.urls import path

from residents.views import households, moves, people, records, search, workload
from residents.visits.urls import urlpatterns as visit_urlpatterns

app_name = "residents"
urlpatterns = [
    *visit_urlpatterns,
    path("workload/", workload.workload, name="workload"),
    path("search/", search.resident_search, name="search"),
    path("households/new/", households.household_create, name="household_create"),
    path("households/<uuid:household_id>/", households.household_show, name="household_show"),
    path("households/<uuid:household_id>/edit/", households.household_update,
         name="household_update"),
    path("households/<uuid:household_id>/head/", households.household_head_change,
         name="household_head_change"),
    path("households/<uuid:household_id>/move/", households.household_move,
         name="household_move"),
    path("households/<uuid:household_id>/merge/<uuid:into_id>/", households.household_merge,
         name="household_merge"),
    path("households/<uuid:household_id>/close/", households.household_close,
         name="household_close"),
    path("households/<uuid:household_id>/reopen/", households.household_reopen,
         name="household_reopen"),
    path("households/<uuid:household_id>/residents/new/", people.resident_create,
         name="resident_create"),
    path("households/<uuid:household_id>/birth/", people.birth_record, name="birth_record"),
    path("residents/new/", people.resident_register, name="resident_register"),
    path("residents/<uuid:resident_id>/", people.resident_show, name="resident_show"),
    path("residents/<uuid:resident_id>/edit/", people.resident_update, name="resident_update"),
    path("residents/<uuid:resident_id>/void/", people.resident_void, name="resident_void"),
    path("residents/<uuid:resident_id>/death/", moves.resident_death, name="resident_death"),
    path("residents/<uuid:resident_id>/move-out/", moves.resident_move_out,
         name="resident_move_out"),
    path("residents/<uuid:resident_id>/move-within/", moves.resident_move_within,
         name="resident_move_within"),
    path("residents/<uuid:resident_id>/move-in/", moves.resident_move_in,
         name="resident_move_in"),
    path("residents/<uuid:resident_id>/residence/", moves.resident_residence_change,
         name="resident_residence_change"),
    path("residents/<uuid:resident_id>/events/<uuid:event_id>/correct/", moves.event_correct,
         name="event_correct"),
    path("residents/<uuid:resident_id>/reveal/", records.resident_reveal, name="resident_reveal"),
    path("residents/<uuid:resident_id>/looks/", records.resident_looks, name="resident_looks"),
    path("residents/<uuid:resident_id>/care/new/", records.care_tag_add, name="care_tag_add"),
    path("residents/<uuid:resident_id>/care/<uuid:tag_id>/end/", records.care_tag_end,
         name="care_tag_end"),
    path("residents/<uuid:resident_id>/party/new/", records.party_member_add,
         name="party_member_add"),
    path("residents/<uuid:resident_id>/party/<uuid:member_id>/end/", records.party_member_end,
         name="party_member_end"),
]  # fmt: skip
