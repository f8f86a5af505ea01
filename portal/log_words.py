"""What the actions and looks are called in the logs' pages."""

CHANGES = {
    "household_create": "登记家庭户",
    "household_update": "修改家庭户",
    "household_head_change": "变更户主",
    "household_close": "销户",
    "household_reopen": "恢复家庭户",
    "resident_create": "登记居民",
    "resident_register": "登记居民并立户",
    "resident_update": "修改居民资料",
    "resident_void": "作废误登的居民",
    "resident_death": "登记死亡",
    "resident_move_in": "登记迁入",
    "resident_move_out": "登记迁出",
    "resident_move_within": "登记社区内搬家",
    "resident_split": "登记分户",
    "resident_residence_change": "变更居住类型",
    "birth_record": "登记出生",
    "event_correct": "更正变动",
    "care_tag_add": "添加关爱标签",
    "care_tag_end": "结束关爱标签",
    "party_member_add": "登记党员",
    "party_member_end": "结束党员记录",
}
LOOKS = {
    "resident_view": "查看居民",
    "resident_form": "打开居民修改页",
    "household_view": "查看家庭户",
    "resident_reveal": "查看完整号码",
    "resident_looks": "查看“谁看过”",
    "log_view": "查看日志",
}
WORDS = CHANGES | LOOKS
