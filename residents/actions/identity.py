"""Who a person is: typed values to columns, and one person staying one person.

Whoever is about to write a person holds the keys of ``person_hold`` first, so that two
staff entering the same person at once come one after the other and the second one finds
what the first one wrote.
"""

import re
import unicodedata
from datetime import date

from django.utils import timezone

from portal.core.access import access_of
from portal.core.errors import DomainError
from portal.core.locks import hold
from residents import idnumbers, names, phones
from residents.models import IdKind, Resident, ResidentStatus, id_columns, phone_columns

PLAIN = ("sex", "relation", "ethnicity", "education", "marital", "political", "residence",
         "registered_address", "note")  # fmt: skip


class AlreadyRegistered(DomainError):
    """The number is on the books; ``resident`` is its row, or None out of the actor's scope."""

    def __init__(self, resident: Resident, by):
        self.resident = resident if _sees(by, resident) else None
        text = _where(resident) if self.resident else "这个证件号码已在本社区登记，请联系社区核对。"
        super().__init__(text, field="id_number")


class LooksRegistered(DomainError):
    """People with the same name and birth date; ``residents`` are those the actor may see,
    ``keys`` the ids of all, to be sent back as ``confirmed`` when it is somebody else."""

    def __init__(self, found: list[Resident], by):
        self.residents = [row for row in found if _sees(by, row)]
        self.keys = [row.pk for row in found]
        hidden = len(found) - len(self.residents)
        text = "本社区已有同名、同出生日期的居民，请先看看是不是同一个人。"
        if hidden:
            text += f"其中 {hidden} 人在其他网格，请联系社区核对。"
        super().__init__(text, field="name")


def identity_columns(key, values: dict, stored: Resident | None = None) -> dict:
    """Columns for typed ``values``; a blank number or telephone stays as it is stored.

    ``id_clear`` and ``phone_clear`` empty them. Raises DomainError with the broken rule.
    """
    columns = {name: values[name] for name in PLAIN if name in values}
    if "name" in values:
        columns["name"] = names.normalise(values["name"])
        columns["initials"], columns["initials_alt"] = names.initials(columns["name"])
    if values.get("id_number"):
        columns |= _number_columns(key, values, columns, stored)
    elif values.get("id_clear"):
        columns |= id_columns(key, "", "", "")
    if values.get("phone"):
        phone = phones.parse(values["phone"])
        columns |= phone_columns(key, phone.value, phone.mask)
    elif values.get("phone_clear"):
        columns |= phone_columns(key, "", "")
    if values.get("born_on"):
        columns["born_on"] = values["born_on"]
    if "born_on" in columns:
        columns["birth_year"] = _born(columns["born_on"]).year
    return _without_same(columns, stored)


def person_hold(community_id, columns: dict, stored: Resident | None = None) -> None:
    """Let one writer at a time pass who has this number, or this name and birth date."""
    keys = []
    if columns.get("id_blind"):
        keys.append(f"person:{community_id}:{columns['id_blind']}")
    if "name" in columns or "born_on" in columns:
        name, born_on = _name_and_birth(columns, stored)
        keys.append(f"person:{community_id}:{name}:{born_on}")
    if keys:
        hold(*keys)


def known_refuse(by, community_id, columns: dict, confirmed=False, stored=None) -> None:
    """Refuse a person who is already there.

    ``confirmed`` is True, or the ids of the look-alikes that were seen to be other people.
    Raises AlreadyRegistered, LooksRegistered.
    """
    others = Resident.objects.filter(community=community_id).exclude(pk=getattr(stored, "pk", None))
    others = others.select_related("created_by")
    if columns.get("id_blind"):
        same = others.filter(id_blind=columns["id_blind"]).first()
        if same:
            raise AlreadyRegistered(same, by)
    if confirmed is True or stored is not None:
        return
    alike = others.filter(name=columns["name"], born_on=columns["born_on"])
    alike = alike.exclude(status=ResidentStatus.VOID)
    if columns.get("id_blind"):  # two different numbers are two people
        alike = alike.filter(id_blind=None)
    found = list(alike.order_by("id")[:20])
    if {str(row.pk) for row in found} - {str(key) for key in confirmed or ()}:
        raise LooksRegistered(found, by)


def _number_columns(key, values, columns, stored) -> dict:
    if values.get("id_kind") == IdKind.OTHER:
        number = re.sub(r"\s", "", unicodedata.normalize("NFKC", values["id_number"])).upper()
        if not re.fullmatch(r"[0-9A-Z()/-]{4,24}", number):
            raise DomainError("证件号码应为 4 至 24 位字母或数字。", field="id_number")
        return id_columns(key, number, IdKind.OTHER, idnumbers.mask(number))
    number = idnumbers.check(values["id_number"], timezone.localdate())
    if stored is None and not values.get("born_on"):
        columns["born_on"] = number.born_on
    if columns.get("sex", getattr(stored, "sex", "0")) in ("", "0"):
        columns["sex"] = number.sex
    return id_columns(key, number.value, number.kind, number.mask)


def _without_same(columns, stored):
    """A sealed value differs each time; the same number or telephone is no change."""
    if stored is None:
        return columns
    for name in ("id", "phone"):
        key = f"{name}_blind"
        if key in columns and columns[key] == getattr(stored, key):
            columns = {k: v for k, v in columns.items() if not k.startswith(f"{name}_")}
    return columns


def _name_and_birth(columns, stored):
    return (columns.get("name") or stored.name, columns.get("born_on") or stored.born_on)


def _born(day: date) -> date:
    if day > timezone.localdate():
        raise DomainError("出生日期不能在今天以后。", field="born_on")
    if day.year < 1890:
        raise DomainError("出生日期太早，请核对年份。", field="born_on")
    return day


def _sees(by, resident) -> bool:
    return access_of(by).covers(resident.view_permission, *resident.place())


def _where(resident) -> str:
    text = f"{resident.name} 已登记在 {resident.addr_key}"
    if resident.status != ResidentStatus.LIVING:
        text += f"（{resident.get_status_display()}）"
    if resident.created_by:
        text += f"，由 {resident.created_by.name} 登记"
    return text + "。"
