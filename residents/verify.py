"""Do the blind indexes still find their people? (They do not under another index key.)"""

from portal.core.crypto import SealBroken, blind
from portal.core.verify import NAMED, sample, verifies
from residents.models import Resident


@verifies("证件号码索引")
def index_check():
    broken = 0
    for row in sample(Resident.objects.exclude(id_blind=None).only("pk", "id_sealed", "id_blind")):
        try:
            agrees = blind(row.id_number, "id") == row.id_blind
        except SealBroken:
            continue  # named by the check of the sealed values
        broken += not agrees
        if not agrees and broken <= NAMED:
            yield f"居民 {row.pk} 的证件号码索引与号码不符"
