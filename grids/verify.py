"""Do all rows that copy the place of their dwelling still agree with it?"""

from django.db.models import F, Q

from grids.above import followers
from grids.models import Building, Dwelling, IncidentFile, SitePlan
from portal.core.files import names_kept
from portal.core.verify import NAMED, verifies


@names_kept
def files_named():
    """The kept files of this room: photos of incidents and grounds of site plans."""
    yield from IncidentFile.objects.exclude(key="").values_list("key", flat=True).iterator()
    yield from SitePlan.objects.values_list("picture_key", flat=True)


@verifies("房屋与楼栋")
def dwellings_check():
    strayed = Dwelling.objects.exclude(
        Q(cell=F("building__cell")) | Q(cell=None, building__cell=None)
    )
    for row in strayed[:NAMED]:
        yield f"房屋 {row} 的网格与楼栋不一致"
    for row in Dwelling.objects.exclude(community=F("building__community"))[:NAMED]:
        yield f"房屋 {row} 与楼栋不在同一社区"
    for row in Building.objects.exclude(cell=None).exclude(community=F("cell__community"))[:NAMED]:
        yield f"楼栋 {row} 的网格属于别的社区"


@verifies("住址副本")
def followers_check():
    for follower in followers():
        above = follower.dwelling.partition("__")[0]
        rows = follower.model._base_manager.filter(follower.moves)
        strayed = rows.exclude(
            Q(cell=F(f"{above}__cell")) | Q(**{"cell": None, f"{above}__cell": None})
        )
        for row in strayed[:NAMED]:
            yield f"{follower.label} {row.pk} 的网格与住处不一致"
        if follower.address:
            for row in rows.exclude(addr_key=F(f"{above}__addr_key"))[:NAMED]:
                yield f"{follower.label} {row.pk} 的住址与住处不一致"
