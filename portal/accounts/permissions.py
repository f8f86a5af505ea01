"""What can be permitted, and the roles as fixed sets of it (kept in code, reviewed as code)."""

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """Named after the step that needs it: NOUN_VERB."""

    PLACE_VIEW = "PLACE_VIEW"
    PLACE_UPDATE = "PLACE_UPDATE"
    RESIDENT_VIEW = "RESIDENT_VIEW"
    RESIDENT_CREATE = "RESIDENT_CREATE"
    RESIDENT_UPDATE = "RESIDENT_UPDATE"
    RESIDENT_REVEAL = "RESIDENT_REVEAL"
    RESIDENT_EXPORT = "RESIDENT_EXPORT"
    RESIDENT_SEARCH = "RESIDENT_SEARCH"
    CARE_VIEW = "CARE_VIEW"
    CARE_UPDATE = "CARE_UPDATE"
    DISABILITY_VIEW = "DISABILITY_VIEW"
    PARTY_VIEW = "PARTY_VIEW"
    PARTY_UPDATE = "PARTY_UPDATE"
    MINOR_VIEW = "MINOR_VIEW"
    IMPORT_RUN = "IMPORT_RUN"
    FIGURES_VIEW = "FIGURES_VIEW"
    VISIT_VIEW = "VISIT_VIEW"
    VISIT_CREATE = "VISIT_CREATE"
    VISIT_PLAN = "VISIT_PLAN"
    INCIDENT_VIEW = "INCIDENT_VIEW"
    INCIDENT_REPORT = "INCIDENT_REPORT"
    INCIDENT_HANDLE = "INCIDENT_HANDLE"
    INCIDENT_CHECK = "INCIDENT_CHECK"
    ALARM_REPORT = "ALARM_REPORT"  # call devices, over REST
    ALARM_VIEW = "ALARM_VIEW"
    ALARM_ANSWER = "ALARM_ANSWER"  # besides, whoever is on duty, while it lasts
    ALARM_PLAN = "ALARM_PLAN"
    DEVICE_UPDATE = "DEVICE_UPDATE"
    DUTY_VIEW = "DUTY_VIEW"
    DUTY_PLAN = "DUTY_PLAN"
    DUTY_APPROVE = "DUTY_APPROVE"
    MESSAGE_VIEW = "MESSAGE_VIEW"
    SWEEP_RUN = "SWEEP_RUN"
    SUBMISSION_VIEW = "SUBMISSION_VIEW"
    STAFF_VIEW = "STAFF_VIEW"
    STAFF_UPDATE = "STAFF_UPDATE"
    LOG_VIEW = "LOG_VIEW"


class Role(models.TextChoices):
    """岗位 of DESIGN §1."""

    DIRECTOR = "director", "主任"
    CLERK = "clerk", "社工"
    PARTY_CLERK = "party_clerk", "党务社工"
    LEADER = "leader", "网格长"
    DOCTOR = "doctor", "社区医生"
    GUARD = "guard", "保安队长"
    VOLUNTEER_LEAD = "volunteer_lead", "志愿者队长"
    STREET = "street", "街道办"
    AUDITOR = "auditor", "审计员"
    ADMIN = "admin", "系统管理员"


_P = Permission
_READ = {_P.PLACE_VIEW, _P.RESIDENT_VIEW, _P.RESIDENT_SEARCH, _P.FIGURES_VIEW}
_WRITE = {_P.RESIDENT_CREATE, _P.RESIDENT_UPDATE, _P.RESIDENT_REVEAL, _P.CARE_VIEW,
          _P.CARE_UPDATE, _P.DISABILITY_VIEW, _P.MINOR_VIEW}  # fmt: skip
_REPORT = {_P.INCIDENT_VIEW, _P.INCIDENT_REPORT}
_ROUNDS = _REPORT | {_P.VISIT_VIEW, _P.VISIT_CREATE, _P.INCIDENT_CHECK, _P.ALARM_VIEW}
_DUTY = {_P.DUTY_VIEW, _P.ALARM_ANSWER}  # of the roles that keep duty
_DESK = (
    _READ
    | _WRITE
    | _ROUNDS
    | _DUTY
    | {_P.INCIDENT_HANDLE, _P.SUBMISSION_VIEW, _P.DEVICE_UPDATE}
    | {_P.DUTY_PLAN, _P.MESSAGE_VIEW}
    | {_P.PLACE_UPDATE, _P.RESIDENT_EXPORT, _P.IMPORT_RUN, _P.STAFF_VIEW}
)

ROLES: dict[str, frozenset[Permission]] = {
    Role.DIRECTOR: frozenset(
        _DESK
        | {_P.PARTY_VIEW, _P.PARTY_UPDATE, _P.STAFF_UPDATE, _P.LOG_VIEW, _P.VISIT_PLAN}
        | {_P.DUTY_APPROVE, _P.SWEEP_RUN, _P.ALARM_PLAN}
    ),
    Role.CLERK: frozenset(_DESK),
    Role.PARTY_CLERK: frozenset(
        _READ | _REPORT | _DUTY | {_P.PARTY_VIEW, _P.PARTY_UPDATE, _P.STAFF_VIEW}
    ),
    Role.LEADER: frozenset(_READ | _WRITE | _ROUNDS | _DUTY),
    Role.DOCTOR: frozenset({_P.FIGURES_VIEW} | _DUTY),
    Role.GUARD: frozenset({_P.PLACE_VIEW} | _REPORT | _DUTY),
    Role.VOLUNTEER_LEAD: frozenset({_P.PLACE_VIEW, _P.INCIDENT_REPORT}),
    Role.STREET: frozenset({_P.FIGURES_VIEW}),
    Role.AUDITOR: frozenset({_P.LOG_VIEW}),
    Role.ADMIN: frozenset({_P.STAFF_VIEW, _P.STAFF_UPDATE, _P.SWEEP_RUN}),
}

# Roles that belong to the installation, not to a place.
PLACELESS = frozenset({Role.AUDITOR, Role.ADMIN})
# Roles that need their cells named.
IN_CELLS = frozenset({Role.LEADER})
# Roles that a director may hand out in the own community; the others come from an administrator.
LOCAL_ROLES = (Role.CLERK, Role.PARTY_CLERK, Role.LEADER, Role.DOCTOR, Role.GUARD,
               Role.VOLUNTEER_LEAD)  # fmt: skip
