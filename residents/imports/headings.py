"""The words that ledgers put over their columns: one field, its label, its headings."""

_TABLE = """
name 姓名
    姓名 居民姓名 成员姓名 人员姓名 家庭成员 家庭成员姓名 名字 住户姓名
id_number 证件号码
    身份证号 身份证号码 身份证 公民身份号码 公民身份证号码 居民身份证号码 居民身份证号 证件号码
    证件号 有效证件号码 身份号码 身份证件号码
id_kind 证件类型
    证件类型 证件种类 证件类别
sex 性别
    性别 男女
born_on 出生日期
    出生日期 出生年月日 出生年月 生日 出生 出生时间
ethnicity 民族
    民族 族别
phone 联系电话
    联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 移动电话 联系人电话 本人电话 固定电话
    联系号码
relation 与户主关系
    与户主关系 与户主的关系 和户主关系 同户主关系 户主关系 家庭关系 关系 称谓 与户主之关系
    与本户户主关系
education 文化程度
    文化程度 学历 文化 教育程度 最高学历 受教育程度
marital 婚姻状况
    婚姻状况 婚姻 婚否 婚姻状态 婚姻情况
political 政治面貌
    政治面貌 政治面目 政治身份 面貌
party_kind 党员类别
    党员类别 党员类型 党员情况 党组织关系 党员性质
disability_category 残疾类别
    残疾类别 残疾类型 残疾种类 残疾情况 残疾 是否残疾 是否残疾人 残疾人类别
disability_grade 残疾等级
    残疾等级 残疾级别 伤残等级 残疾人等级
low_income 低保
    是否低保 低保 低保户 是否低保户 享受低保 是否享受低保 低保情况 低保对象 最低生活保障
living_alone 独居
    独居 是否独居 独居老人 是否独居老人 独居情况
registered_address 户籍地址
    户籍地址 户籍地 户籍 户口所在地 户籍所在地 户籍所在地址 户口地址 户籍详细地址
residence 居住类型
    居住类型 人户分离 是否人户分离 人口类型 人口类别 流动人口 是否流动人口 居住状况 户籍类型
    户籍状况 人户状况 人户状态 居住性质 居住情况 居住状态 人员状态 人口状态 状态
address 住址
    住址 家庭住址 现住址 居住地址 现居住地址 地址 详细地址 详细住址 家庭地址 常住地址 现住地址
    居住地 门牌 门牌号 房屋地址 楼栋门牌 楼号单元房号 楼栋单元房号 家庭详细住址
building 楼栋
    楼栋 楼号 栋号 楼 栋 幢 幢号 楼栋号 楼幢 所在楼栋 楼座 楼幢号 座号 座 楼栋单元 楼号单元 栋单元
entrance 单元
    单元 单元号 所在单元 门栋 门洞
room 房号
    房号 房间号 室 房间 户室 室号 门号 房屋号 房屋 门户号 房室号
estate 小区
    小区 小区名称 小区名 所在小区 所属小区 居住小区 院落
cell 网格
    网格 所属网格 网格名称 网格号 网格编号 所在网格 微网格
community 社区
    社区 所属社区 社区名称 所在社区 居委会 所属居委会
household_number 户号
    户号 户编号 家庭编号 户口簿号 户口本号 户序号 家庭户号
head_name 户主姓名
    户主姓名 户主 户主名字 所属户主 户主名
note 备注
    备注 说明 备考 其他说明 附注
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
# Columns that this import leaves alone without a word.
_IGNORED = """
未导入原因 序号 序 编号 NO 年龄 周岁 岁数 市 区 街道 所属街道 街道名称 生肖 属相 签字 签名
"""
IGNORED = frozenset(_IGNORED.split())
