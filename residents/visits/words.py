"""How the plan is put into words."""

from django.utils import timezone

from residents.models import VisitCause, VisitTask

EVERY = {7: "每周", 14: "每两周", 30: "每月", 31: "每月", 90: "每季度", 91: "每季度", 92: "每季度",
         180: "每半年", 182: "每半年", 365: "每年", 366: "每年"}  # fmt: skip


def every(days: int) -> str:
    return EVERY.get(days, f"每 {days} 天")


def why(task: VisitTask, care: bool) -> str:
    """Why a visit is due. A rule's name and a change may tell of a need, so they are only for
    those who may see needs (``care``)."""
    if task.cause == VisitCause.ROUND:
        return task.round.name if task.round else task.get_cause_display()
    if task.cause == VisitCause.RULE:
        often = every(task.rule.interval_days) if task.rule else "定期走访"
        if not (care and task.rule):
            return often
        name = task.rule.name  # 每户每年一次 says how often by itself
        return name if often in name else f"{name}，{often}"
    until = f"，{timezone.localtime(task.due_at):%m月%d日 %H:%M} 前" if task.due_at else ""
    change = f"重大变化：{task.get_change_display()}" if care else "重大变化"
    return change + until
