"""The side navigation, as the work goes: (group, icon, [entry]).

An entry is (label, url name, arguments, permission, *names of pages below it). Pages whose
address begins with the entry's own are below it without being named. A group without a label
shows its entries by themselves.
"""

from portal.accounts.permissions import Permission

# The search box of every page: (url name, permission).
SEARCH = ("residents:search", Permission.RESIDENT_SEARCH)

NAVIGATION = [
    ("", "layout-dashboard", [("数据看板", "reports:dashboard", [], Permission.FIGURES_VIEW)]),
    (
        "户与人",
        "users",
        [
            ("家庭户", "core:list", ["households"], Permission.RESIDENT_VIEW,
             "residents:household_", "residents:birth_"),
            ("居民", "core:list", ["residents"], Permission.RESIDENT_VIEW,
             "residents:resident_", "residents:care_", "residents:party_", "residents:event_"),
            ("导入台账", "core:import_list", [], Permission.IMPORT_RUN),
        ],
    ),
    (
        "走访",
        "footprints",
        [
            ("手机版", "phone:shell", [], Permission.VISIT_CREATE),
            ("走访进度", "residents:visit_board", [], Permission.VISIT_VIEW),
            ("走访任务", "core:list", ["visit_tasks"], Permission.VISIT_VIEW),
            ("走访记录", "core:list", ["visits"], Permission.VISIT_VIEW,
             "residents:visit_show", "residents:visit_create", "residents:visit_correct",
             "residents:change_"),
            ("待核实的变化", "residents:finding_list", [], Permission.VISIT_VIEW),
            ("未收下的手机记录", "phone_desk:submission_list", [], Permission.SUBMISSION_VIEW),
            ("网格交接", "residents:hand_over_list", [], Permission.VISIT_PLAN),
            ("走访提示", "residents:visit_hints", [], Permission.VISIT_PLAN),
            ("网格长补贴", "residents:allowance_sheet", [], Permission.VISIT_PLAN),
        ],
    ),
    (
        "事件",
        "siren",
        [
            ("事件看板", "grids:incident_board", [], Permission.INCIDENT_VIEW),
            ("事件列表", "core:list", ["incidents"], Permission.INCIDENT_VIEW),
        ],
    ),
    (
        "报警",
        "bell-ring",
        [
            ("报警列表", "core:list", ["alarms"], Permission.ALARM_VIEW, "services:alarm_show",
             "services:alarm_close"),
            ("呼叫器", "core:list", ["call_devices"], Permission.ALARM_VIEW, "services:device_"),
        ],
    ),
    (
        "值班",
        "calendar-clock",
        [
            ("我的值班", "duty:mine", [], Permission.DUTY_VIEW),
            ("本周值班", "duty:board", [], Permission.DUTY_VIEW),
            ("交接班", "duty:handover_show", [], Permission.DUTY_VIEW),
            ("排班表", "duty:roster_list", [], Permission.DUTY_VIEW, "duty:shift_"),
            ("全年对照", "duty:fairness", [], Permission.DUTY_VIEW),
            ("工时表", "duty:hours", [], Permission.DUTY_PLAN),
        ],
    ),
    (
        "网格与房屋",
        "map",
        [
            ("网格", "grids:cell_list", [], Permission.PLACE_VIEW),
            ("楼栋", "core:list", ["buildings"], Permission.PLACE_VIEW,
             "grids:building_", "grids:dwelling_generate", "grids:dwelling_create"),
            ("房屋", "core:list", ["dwellings"], Permission.PLACE_VIEW, "grids:dwelling_"),
            ("平面图", "grids:plan_show", [], Permission.PLACE_VIEW),
            ("网格工作量", "residents:workload", [], Permission.PLACE_UPDATE),
            ("联系卡", "grids:card_list", [], Permission.PLACE_UPDATE),
        ],
    ),
    (
        "报表",
        "chart-column",
        [("指标目录", "reports:indicator_list", [], Permission.FIGURES_VIEW)],
    ),
    (
        "设置",
        "settings",
        [
            ("社区概况", "grids:community_show", [], Permission.PLACE_VIEW),
            ("工作人员", "accounts:staff_list", [], Permission.STAFF_VIEW,
             "accounts:membership_"),
            ("走访规定", "residents:visit_plan", [], Permission.VISIT_PLAN),
            ("班次与人员", "duty:setup", [], Permission.DUTY_PLAN),
            ("报警时限", "services:alarm_rules_set", [], Permission.ALARM_PLAN),
            ("处置单位", "core:list", ["handlers"], Permission.INCIDENT_HANDLE, "grids:handler_"),
            ("事件类别", "core:list", ["incident_categories"], Permission.INCIDENT_HANDLE,
             "grids:incident_category_"),
            ("设施", "core:list", ["assets"], Permission.INCIDENT_HANDLE, "grids:asset_"),
        ],
    ),
    (
        "系统记录",
        "scroll-text",
        [
            ("查看与变更记录", "core:access_list", [], Permission.LOG_VIEW, "core:change_list"),
            ("短信记录", "core:list", ["messages"], Permission.MESSAGE_VIEW),
            ("定时任务", "core:sweep_list", [], Permission.SWEEP_RUN),
        ],
    ),
]  # fmt: skip
