"""The categories of incidents that a new community begins with; its desk changes them."""

from typing import NamedTuple


class Usual(NamedTuple):
    """The last three in working hours."""

    name: str
    group: str
    asset_kind: str = ""
    is_urgent: bool = False
    accept_hours: int = 4
    handle_hours: int = 14
    check_hours: int = 14


USUAL = (
    Usual("路灯不亮", "facility", "lamp", handle_hours=21),
    Usual("井盖损坏", "safety", "pipe", True, 1, 7, 7),
    Usual("管道漏水", "facility", "pipe"),
    Usual("门禁损坏", "facility", "gate", handle_hours=21),
    Usual("电梯故障", "safety", "lift", True, 1, 4, 7),
    Usual("树木倒伏", "environment", "green"),
    Usual("路面破损", "facility", "road", False, 7, 70, 21),
    Usual("垃圾堆积", "environment", "bin", False, 4, 7, 7),
    Usual("消防通道堵塞", "safety", "fire", True, 1, 4, 7),
    Usual("健身器材损坏", "facility", "fitness", False, 7, 35),
    Usual("居民求助", "help"),
    Usual("噪声扰民", "neighbours", handle_hours=21),
)
