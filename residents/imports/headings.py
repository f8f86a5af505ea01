"""The words that ledgers put over their columns: one field, its label, its headings."""

import re

_TABLE = """
name 姓名
    姓名 居民姓名 成员姓名 人员姓名 家庭成员 家庭成员姓名 名字 住户姓名 人员名称 成员 户内成员
    居民
id_number 证件号码
    身份证号 身份证号码 身份证 公民身份号码 公民身份证号码 居民身份证号码 居民身份证号 证件号码
    证件号 有效证件号码 身份号码 身份证件号码 身份证件号 身份证编号 证号 身份证号码护照号
    身份证号护照号 身份证号证件号 身份证护照号码 公民身份证号 公民身份证 居民身份证
id_kind 证件类型
    证件类型 证件种类 证件类别
sex 性别
    性别 性別 男女
born_on 出生日期
    出生日期 出生年月日 出生年月 生日 出生 出生时间
born_year 出生年
    出生年 出生年份
born_month 出生月
    出生月 出生月份
born_day 出生日
    出生日
ethnicity 民族
    民族 族别
phone 联系电话
    联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 移动电话 联系人电话 本人电话 固定电话
    联系号码 固话 座机 宅电 宅电话 联系手机
relation 与户主关系
    与户主关系 与户主的关系 和户主关系 同户主关系 户主关系 家庭关系 关系 称谓 与户主之关系
    与本户户主关系 与户主或产权人关系 与户主产权人关系 与业主关系 与房主关系 与产权人关系
    与承租人关系 成员关系 家庭成员关系 亲属关系
education 文化程度
    文化程度 学历 文化 教育程度 最高学历 受教育程度 文化水平 教育水平 学历层次 受教育情况
marital 婚姻状况
    婚姻状况 婚姻 婚否 婚姻状态 婚姻情况
political 政治面貌
    政治面貌 政治面目 政治身份 面貌 是否党员 是否为党员 是否是党员 是否中共党员 党员
party_kind 党员类别
    党员类别 党员类型 党员情况 党组织关系 党员性质 组织关系 组织关系情况 党员身份
disability_category 残疾类别
    残疾类别 残疾类型 残疾种类 残疾情况 残疾 是否残疾 是否残疾人 残疾人类别 残疾类型及等级
    残疾类别及等级 残疾类别等级 残疾类型等级 残疾类别和等级
disability_grade 残疾等级
    残疾等级 残疾级别 伤残等级 残疾人等级 残疾程度
low_income 低保
    是否低保 低保 低保户 是否低保户 享受低保 是否享受低保 低保情况 低保对象 最低生活保障
    低保人员
living_alone 独居
    独居 是否独居 独居老人 是否独居老人 独居情况
registered_address 户籍地址
    户籍地址 户籍地 户籍 户口所在地 户籍所在地 户籍所在地址 户口地址 户籍详细地址 户籍住址
    户口所在地址 户口簿地址 户口本地址 身份证地址 身份证住址
residence 居住类型
    居住类型 人户分离 是否人户分离 人口类型 人口类别 流动人口 是否流动人口 居住状况 户籍类型
    户籍状况 人户状况 人户状态 人户情况 居住性质 居住情况 居住状态 居住类别 人员状态 人口状态
    人口属性 人口分类 人员类别 人员类型 状态
address 住址
    住址 家庭住址 现住址 居住地址 现居住地址 地址 详细地址 详细住址 家庭地址 常住地址 现住地址
    居住地 现住地 门牌 门牌号 房屋地址 房屋坐落 房屋位置 楼栋门牌 家庭详细住址 楼号单元房号
    楼栋单元房号 楼栋单元房间号 楼栋单元室 楼号单元室 楼单元室 楼单元房 楼单元号室 楼单元房号
    栋单元室 栋单元房 栋单元房号 幢单元室 楼门号 楼门牌号 楼门房号 楼室号 楼房号
building 楼栋
    楼栋 楼号 栋号 楼 栋 幢 幢号 楼栋号 楼幢 所在楼栋 楼座 楼幢号 座号 座 号楼 楼宇 楼栋单元
    楼号单元 栋单元
entrance 单元
    单元 单元号 所在单元 单元门 门栋 门洞
room 房号
    房号 房间号 室 房间 户室 室号 几室 门号 房屋号 房屋 门户号 房室号
estate 小区
    小区 小区名称 小区名 所在小区 所属小区 居住小区 院落 楼院
cell 网格
    网格 所属网格 网格名称 网格号 网格编号 所在网格 微网格 网格片区
community 社区
    社区 所属社区 社区名称 所在社区 居委会 所属居委会 村社区 村 村居 所属村居
household_number 户号
    户号 户编号 户编码 家庭编号 户口簿号 户口本号 户序号 户序 户次 家庭序号 家庭户号
head_name 户主姓名
    户主姓名 户主 户主名字 所属户主 户主名 是否户主 是否为户主
departure 死亡或迁出
    死亡 是否死亡 死亡情况 死亡时间 死亡日期 是否去世 去世时间 去世日期 是否健在 是否在世 迁出
    是否迁出 迁出时间 迁出日期 是否注销 注销时间 注销日期 注销原因 变动情况 变动类型 变动原因
    变更情况 人员变动 异动情况 减员原因
note 备注
    备注 说明 备考 其他说明 附注 备注说明 其他备注
"""


def _read() -> dict[str, tuple[str, tuple[str, ...]]]:
    fields: dict[str, tuple[str, tuple[str, ...]]] = {}
    name = ""
    for line in _TABLE.strip().splitlines():
        if line.startswith(" "):
            label, words = fields[name]
            fields[name] = (label, (*words, *line.split()))
        else:
            name, label = line.split()
            fields[name] = (label, ())
    return fields


FIELDS = _read()
LABELS = {name: label for name, (label, _) in FIELDS.items()}
BY_WORD = {word: name for name, (_, words) in FIELDS.items() for word in words}
# Several columns may tell of one field: 死亡时间 and 迁出时间.
SEVERAL = frozenset(["departure"])
# A birth date in three columns, and what stands over them below 出生日期.
BIRTH_PARTS = {"年": "born_year", "月": "born_month", "日": "born_day"}
REASON = "未导入原因"  # heads the reasons in the file of rows to mend
# Columns that this import leaves alone without a word.
_IGNORED = """
未导入原因 序号 序 编号 NO 年龄 周岁 岁数 市 区 街道 所属街道 街道名称 生肖 属相 签字 签名
"""
IGNORED = frozenset(_IGNORED.split())
# In front of a field's word they tell of somebody or something else: 网格员电话, 单位地址.
_PERSONS = """
网格员 网格长 包联 责任人 医生 监护人 紧急 家属 亲属 子女 儿女 儿子 女儿 配偶 丈夫 妻子 父亲
母亲 父母 房东 房主 业主 产权人
"""
_OTHER = """
户主 楼长 楼栋长 楼组长 单元长 包保 包户 包片 干部 责任 负责 民警 志愿者 帮扶 结对 第二 备用
采集 填表 登记人 录入 审核 推荐 单位 工作 学校 就读 营业 经营 通讯 邮寄 邮箱 户籍 户口 身份证 原
曾 旧
"""
PERSONS = re.compile("|".join(_PERSONS.split()))
OF_A_PERSON = frozenset(["name", "id_number", "id_kind", "sex", "born_on", "phone", "address"])
ELSEWHERE = re.compile("|".join([*_PERSONS.split(), *_OTHER.split()]))
# Words that stand for their field only when nothing is in front: 劳动关系 is no relation.
_WHOLE = """
证号 成员 家庭成员 居民 关系 状态 文化 出生 出生年 出生月 出生日 党员 死亡 迁出 号楼 几室 房屋
座机 村居 称谓 面貌
"""
WITHIN = frozenset(word for word in BY_WORD if len(word) > 1) - frozenset(_WHOLE.split())
# A question is answered by yes and no: only these fields can take it.
ASKS = re.compile("是否|有无|有没有")
ASKED = frozenset(["low_income", "living_alone", "disability_category", "residence", "departure"])
