"""Thirty incidents and to whom they go. ``today`` is 2026-11-20; handlers and assets by name."""

from typing import NamedTuple

# name → in use
HANDLERS = {
    "物业": True, "路灯所": True, "供水公司": True, "绿化队": True, "电梯维保": True,
    "城管科": True, "居委会": True, "旧物业": False, "旧灯具厂": False,
}  # fmt: skip

# name: (kind, owner, maintainer, warranty)
ASSETS = {
    "新灯": ("lamp", "城管科", "路灯所", "2028-05-01"),
    "今日到期灯": ("lamp", "城管科", "路灯所", "2026-11-20"),
    "昨日到期灯": ("lamp", "城管科", "路灯所", "2026-11-19"),
    "明日到期灯": ("lamp", "城管科", "路灯所", "2026-11-21"),
    "无保修灯": ("lamp", "城管科", "路灯所", None),
    "无主长养灯": ("lamp", None, "路灯所", None),
    "无主过保灯": ("lamp", None, "路灯所", "2026-11-19"),
    "无养护灯": ("lamp", "城管科", None, None),
    "无养护在保灯": ("lamp", "城管科", None, "2028-05-01"),
    "孤灯": ("lamp", None, None, None),
    "停厂保修灯": ("lamp", "城管科", "旧灯具厂", "2028-05-01"),
    "停厂无主灯": ("lamp", None, "旧灯具厂", "2028-05-01"),
    "旧主灯": ("lamp", "旧物业", "路灯所", "2026-11-19"),
    "旧主在保灯": ("lamp", "旧物业", "路灯所", "2026-11-20"),
    "新梯": ("lift", "物业", "电梯维保", "2027-11-20"),
    "过保梯": ("lift", "物业", "电梯维保", "2025-01-01"),
    "绿地": ("green", None, None, None),
    "门禁": ("gate", None, None, None),
    "网线": ("wire", None, None, None),
    "废主器材": ("fitness", "旧物业", "旧物业", None),
}

# name: (handler, kind of asset)
CATEGORIES = {
    "路灯不亮": ("路灯所", "lamp"),
    "管道漏水": ("供水公司", "pipe"),
    "树木倒伏": ("绿化队", "green"),
    "电梯故障": (None, "lift"),
    "垃圾堆积": ("物业", ""),
    "噪声扰民": ("居委会", ""),
    "门禁损坏": ("旧物业", "gate"),
    "其他": (None, ""),
}


class Sample(NamedTuple):
    """``handler`` None: a person must choose. ``because`` stands in the reason."""

    asset: str | None
    category: str | None
    handler: str | None
    because: str


SAMPLES = (
    Sample("新灯", "路灯不亮", "路灯所", "保修期内"),
    Sample("今日到期灯", "路灯不亮", "路灯所", "保修期内"),
    Sample("昨日到期灯", "路灯不亮", "城管科", "保修期已过"),
    Sample("明日到期灯", "垃圾堆积", "路灯所", "保修期内"),
    Sample("无保修灯", "路灯不亮", "城管科", "权属单位"),
    Sample("无主长养灯", "垃圾堆积", "路灯所", "没有登记权属单位"),
    Sample("无主过保灯", "噪声扰民", "居委会", "类事件"),
    Sample("无养护灯", "路灯不亮", "城管科", "权属单位"),
    Sample("无养护在保灯", None, "城管科", "权属单位"),
    Sample("孤灯", "路灯不亮", "路灯所", "类事件"),
    Sample("孤灯", None, "路灯所", "路灯的问题一般"),
    Sample("孤灯", "其他", "路灯所", "路灯的问题一般"),
    Sample("停厂保修灯", "路灯不亮", "城管科", "权属单位"),
    Sample("停厂无主灯", "垃圾堆积", "物业", "类事件"),
    Sample("停厂无主灯", None, "路灯所", "路灯的问题一般"),
    Sample("旧主灯", "路灯不亮", "路灯所", "类事件"),
    Sample("旧主在保灯", "垃圾堆积", "路灯所", "保修期内"),
    Sample("新梯", "电梯故障", "电梯维保", "保修期内"),
    Sample("过保梯", "电梯故障", "物业", "保修期已过"),
    Sample(None, "电梯故障", "电梯维保", "电梯大多由它养护"),
    Sample("绿地", None, "绿化队", "绿化的问题一般"),
    Sample("绿地", "垃圾堆积", "物业", "类事件"),
    Sample("门禁", "门禁损坏", None, "人工选择"),
    Sample("网线", "其他", None, "人工选择"),
    Sample("废主器材", None, None, "人工选择"),
    Sample(None, "路灯不亮", "路灯所", "类事件"),
    Sample(None, "管道漏水", "供水公司", "类事件"),
    Sample(None, "噪声扰民", "居委会", "类事件"),
    Sample(None, "其他", None, "人工选择"),
    Sample(None, None, None, "人工选择"),
)
