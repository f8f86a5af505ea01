"""Sign-in, one's own settings, staff and posts."""

from django.urls import path

from portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("large-text/", views.large_text, name="large_text"),
    path("password/", views.password_change, name="password_change"),
    path("staff/", views.staff_list, name="staff_list"),
    path("staff/new/", views.staff_create, name="staff_create"),
    path("staff/<uuid:user_id>/", views.staff_show, name="staff_show"),
    path("staff/<uuid:user_id>/edit/", views.staff_update, name="staff_update"),
    path("staff/<uuid:user_id>/disable/", views.staff_disable, name="staff_disable"),
    path("staff/<uuid:user_id>/enable/", views.staff_enable, name="staff_enable"),
    path("staff/<uuid:user_id>/password/", views.password_reset, name="password_reset"),
    path("staff/<uuid:user_id>/posts/new/", views.membership_add, name="membership_add"),
    path("posts/<uuid:membership_id>/end/", views.membership_end, name="membership_end"),
]
