"""What is recorded about a resident: care tags, life events, Party membership."""

from datetime import date, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from grids.models import Community, GridCell
from portal.accounts.permissions import Permission
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths, reach_of
from residents.models.people import Household, Resident, ResidentStatus, Stay


class RecordOfResident(ScopedRow):
    """A dated record of one resident; its place is the resident's when it was written."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(GridCell, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths = ScopePaths("community_id", "cell_id")

    class Meta:
        abstract = True


class PeriodQuerySet(ScopedQuerySet):
    def valid_on(self, day):
        """Valid on that day (end day excluded); an empty start counts as always."""
        return self.unended(day).filter(Q(from_on=None) | Q(from_on__lte=day))

    def unended(self, day):
        """Not over on that day: without an end, or with one that is planned for later."""
        return self.filter(Q(to_on=None) | Q(to_on__gt=day))


class CareKind(models.TextChoices):
    """Needs for which a service exists. Marks of suspicion are never among them."""

    LIVING_ALONE = "living_alone", "独居"
    EMPTY_NEST = "empty_nest", "空巢老人"
    LOW_INCOME = "low_income", "低保"
    EXTREME_POVERTY = "extreme_poverty", "特困供养"
    DISABILITY = "disability", "残疾"
    NEEDS_CARE = "needs_care", "失能半失能"
    LEFT_BEHIND = "left_behind", "留守儿童"
    MILITARY_FAMILY = "military_family", "优抚对象"
    LOST_ONLY_CHILD = "lost_only_child", "计生特殊家庭"


class Disability(models.TextChoices):
    """残疾类别 (GB/T 26341)."""

    SIGHT = "1", "视力"
    HEARING = "2", "听力"
    SPEECH = "3", "言语"
    LIMBS = "4", "肢体"
    INTELLECT = "5", "智力"
    MENTAL = "6", "精神"
    MULTIPLE = "7", "多重"


class DisabilityGrade(models.TextChoices):
    """残疾等级 (GB/T 26341)."""

    FIRST = "1", "一级"
    SECOND = "2", "二级"
    THIRD = "3", "三级"
    FOURTH = "4", "四级"


# Kinds that need a permission of their own besides.
CLASSES = {
    Permission.DISABILITY_VIEW: (CareKind.DISABILITY, CareKind.NEEDS_CARE),
    Permission.MINOR_VIEW: (CareKind.LEFT_BEHIND,),
}


class CareTagQuerySet(PeriodQuerySet):
    def visible_to(self, principal, permission=None):
        """Health and minors' tags need their own permission besides, in the same place."""
        rows = super().visible_to(principal, permission)
        reached = reach_of(self.model, principal, permission or self.model.view_permission)
        for needed, kinds in CLASSES.items():
            reach = reach_of(self.model, principal, needed)
            if reach is None:
                rows = rows.exclude(kind__in=kinds)
            elif reach and reach != reached:
                rows = rows.filter(reach | ~Q(kind__in=kinds))
        return rows


class CareTag(RecordOfResident):
    """关爱标签: a need with a validity, whose end may be known from the start; it ends instead
    of being deleted. Periods of one kind do not overlap (``residents.actions.care``)."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="care_tags")
    kind = models.CharField("类别", max_length=20, choices=CareKind)
    category = models.CharField("残疾类别", max_length=1, choices=Disability, blank=True)
    grade = models.CharField("残疾等级", max_length=1, choices=DisabilityGrade, blank=True)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    view_permission = Permission.CARE_VIEW
    audit_hidden = frozenset({"kind", "category", "grade"})

    objects = CareTagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "kind"], condition=Q(to_on=None), name="care_open",
                violation_error_message="这位居民已有同类的关爱标签。",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "kind", "to_on"], name="care_kind")]

    @property
    def label(self) -> str:
        """``残疾（肢体二级）``, ``独居``."""
        detail = self.get_category_display() + self.get_grade_display()
        return f"{self.get_kind_display()}（{detail}）" if detail else self.get_kind_display()

    @property
    def until(self) -> date | None:
        """The last day of validity, as papers and pages write it."""
        return self.to_on and self.to_on - timedelta(days=1)


class LifeEventKind(models.TextChoices):
    """What a life event records."""

    BIRTH = "birth", "出生"
    DEATH = "death", "死亡"
    MOVE_IN = "move_in", "迁入"
    MOVE_OUT = "move_out", "迁出"
    MOVE_WITHIN = "move_within", "社区内搬家"
    RESIDENCE = "residence", "居住类型变更"
    CORRECTION = "correction", "更正"


class LifeEventQuerySet(ScopedQuerySet):
    def standing(self):
        """What really happened: no corrections, nothing that was corrected, nothing of people
        who were entered by mistake."""
        rows = self.filter(corrected_by=None).exclude(kind=LifeEventKind.CORRECTION)
        return rows.exclude(resident__status=ResidentStatus.VOID)


class LifeEvent(RecordOfResident):
    """变动: a birth, death or move as a dated record; a wrong one is taken back by a second
    record that points to it. ``was`` holds the codes and ids from before, for that purpose."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="events")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("变动", max_length=12, choices=LifeEventKind)
    on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    closed_stay = models.ForeignKey(
        Stay, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    opened_stay = models.ForeignKey(
        Stay, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    was = models.JSONField(default=dict, blank=True, editable=False, encoder=DjangoJSONEncoder)
    corrects = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, editable=False,
        related_name="corrected_by", error_messages={"unique": "这条变动已经更正过。"},
    )  # fmt: skip

    view_permission = Permission.RESIDENT_VIEW
    audit_hidden = frozenset({"note", "was"})

    objects = LifeEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["community", "kind", "on"], name="lifeevent_kind")]


class PartyKind(models.TextChoices):
    """Where a Party member's branch is."""

    BRANCH = "branch", "社区支部党员"
    IN_SERVICE = "in_service", "在职党员"
    RETIRED = "retired", "离退休党员"
    FLOATING = "floating", "流动党员"


class PartyMember(RecordOfResident):
    """党员: a resident's Party membership as this community counts it."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="party")
    kind = models.CharField("党员类别", max_length=10, choices=PartyKind)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    view_permission = Permission.PARTY_VIEW
    audit_hidden = frozenset({"kind"})

    objects = PeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(to_on=None), name="party_open",
                violation_error_message="这位居民已登记为党员。",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "kind", "to_on"], name="party_kind")]
