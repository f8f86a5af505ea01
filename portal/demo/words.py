"""The words that invented people, staff and buildings are named with. Nobody here is real:
names are put together at random from common surnames and characters."""

# Surnames by frequency; the rare ones are there because their reading or length is special.
SURNAMES = (
    "王李张刘陈杨赵黄周吴" * 12
    + "徐孙胡朱高林何郭马罗" * 6
    + "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    * 2
    + "曾单解仇查翟覃朴盖乐区柏贺施严温芦季俞"
)
LONG_SURNAMES = (
    *["欧阳"] * 6,
    *("上官", "司马", "诸葛", "慕容", "尉迟", "令狐", "单于", "长孙", "呼延"),
)

# Given names: characters by sex and by the years in which they were liked (born until).
GIVEN = {
    ("1", 1965): "国建军永福德贵财树林振文玉宝祥庆海山明义成忠喜占才广发生春金长宪守全",
    ("2", 1965): "秀桂兰英玉珍凤芝淑华琴云香芳素梅荣霞月莲翠菊花爱珠巧彩桃惠贞仙芬美",
    ("1", 1985): "伟强军勇涛斌辉刚建志峰波鹏东宏利民永新亮平超海江国华明文彬毅杰晓洪",
    ("2", 1985): "丽敏静艳娟霞燕红梅萍玲晓春秀海芳英华慧玉洁琳颖娜利亚雪冬君莉琴辉",
    ("1", 2005): "磊浩宇鑫凯旭阳志鹏晨明文博伟俊杰健飞龙帅超洋瑞雨泽佳楠天一航思",
    ("2", 2005): "婷雪倩佳丽思雨梦琪瑶莹欣悦晓敏雅静璐娜宁颖洁慧馨文萌彤月怡晨冰",
    ("1", 9999): "子轩浩宇梓睿博文俊熙泽宸奕辰沐一诺天佑嘉铭皓煜铄逸航景行昊然书",
    ("2", 9999): "梓涵欣怡诗雨可馨语桐若曦一诺思彤佳琪雨桐艺涵沐瑶晨曦安然乐知夏",
}
# Mongol names are one word without a surname; two words make the longer ones.
MONGOL = {
    "1": "巴特尔 朝鲁 宝音 那日苏 特木尔 满都拉 额尔敦 毕力格 朝克图 布和 达来 孟根 哈斯巴根 "
    "阿古拉 苏和 青格勒 吉日嘎拉 呼和",
    "2": "乌云 萨仁 娜仁 斯琴 苏日娜 其木格 图雅 敖登 格日勒 高娃 乌兰 阿茹娜 萨日娜 娜布其 "
    "琪琪格 托娅 塔娜 乌日汗",
}  # fmt: skip
UYGUR = {"1": ("阿迪力", "艾力", "吐尔逊"), "2": ("阿依努尔", "古丽娜尔", "热娜")}
UYGUR_FATHERS = ("买买提", "阿不都", "吾买尔", "托合提")
BEYOND_BMP = "𬍛"  # U+2C35B: four bytes in UTF-8, two units in UTF-16

# (share in per mille, code of GB/T 3304)
ETHNIC = ((862, "01"), (88, "02"), (29, "11"), (19, "03"), (1, "05"), (1, "10"))

# Where people who live here are registered, or registered people live: no real place.
AWAY = ("云岭县白杨镇", "河阳市北关街道", "青川县石桥乡", "临湖市东堤街道", "柳塘县三合镇",
        "南屏市文昌街道", "长岭县大树乡", "安源市新桥街道")  # fmt: skip

# Building number → (name, former names).
BUILDINGS = {
    1: ("", ["老粮站楼"]),
    2: ("", ["粮站家属楼", "老粮站后楼"]),
    7: ("", ["邮电楼"]),
    12: ("教师楼", ["二中家属楼"]),
    19: ("", ["供销社楼"]),
    23: ("", ["纺织厂1号楼"]),
    24: ("", ["纺织厂2号楼"]),
    31: ("", ["锅炉房楼"]),
    38: ("", ["铁路宿舍"]),
    45: ("银龄公寓", ["老干部楼"]),
    52: ("", ["医院家属楼", "红十字楼"]),
    60: ("", ["建行楼"]),
    66: ("", ["运输公司楼"]),
    73: ("", ["百货楼"]),
    81: ("爱民苑A座", ["新一号楼"]),
    88: ("爱民苑H座", ["新八号楼"]),
}

CELLS = ("粮站", "邮电", "学府", "供销", "纺织", "锅炉房", "铁路", "医院", "商贸", "运输", "新苑")

# (sign-in name, role, shown name); leaders 1 to 11 come besides, one for each area cell.
STAFF = (
    ("director", "director", "周敏慧"),
    ("clerk", "clerk", "何雨晴"),
    ("party", "party_clerk", "林志远"),
    ("doctor", "doctor", "苏文静"),
    ("guard", "guard", "马长河"),
    ("street", "street", "韩立新"),
    ("auditor", "auditor", "于正清"),
    ("admin", "admin", "唐一凡"),
)
LEADERS = ("田玉梅", "郑国栋", "孟秀琴", "范建业", "潘桂芳", "石振海", "白淑华", "雷永胜", "邱爱兰",
           "贺德明", "侯春燕")  # fmt: skip

OFFICE = {
    "office_address": "爱民佳苑中心广场东侧服务中心",
    "office_phone": "8800-0100",
    "office_hours": "周一至周日 8:00–18:30，中午不休息",
}
