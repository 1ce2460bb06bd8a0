"""What a template fills in: the rules by which a word is a number, a date, a place or a negation.

A word is a *slot* of the masked view by its dictionary tag or by its shape, with corrections both
ways: the dictionary calls 霍邱县 a person and 阴沟 a place. The rules are data here and arrays in
the kernel. What moves if they move: `masked_laws` (pairs of paragraphs of Chinese law that differ
in places alone, or in places and numbers), which is where the lists come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["PLAIN", "SLOT_NUMBER", "SLOT_PLACE", "SLOT_TIME", "Rules", "rules", "tag_kinds"]

PLAIN, SLOT_NUMBER, SLOT_TIME, SLOT_PLACE = 0, 1, 2, 3
NAME = 255
"""Kind of a tag whose words are no slot, but name a place where 县, 市, 区, 乡 or 镇 follows."""
ORGANISATION = 254
"""Kind of a tag whose words are no slot, but name an organisation."""

# What a character can do in a word, as bits; the kernel names them again.
IS_WORD, IS_NUMERAL, IS_COUNTED, IS_ADMIN, IS_DENIAL, IS_DEICTIC = 1, 2, 4, 8, 16, 32

NUMERALS = "0123456789〇零一二三四五六七八九十百千万亿兆两廿卅"
# Raised, lowered or a fraction, and no less of a number: 10⁵, 5½.
SET_APART = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
# Beside a number these belong to it: 第三十条, 2015年4月1日, 十届二次.
COUNTED = "第年月日号条款项章节编篇届次期批时点分秒周旬季"
ADMIN = "省市县区乡镇州盟旗"
# With one of the former: 市级, 县内, 区直 (我县, 全市, 本省 end in one, and need no list).
DEICTIC = "级内域外辖属直"
DENIALS = "不没无未非勿毋莫否"

NOT_A_PLACE = (
    # end like a place and are none
    "上市 超市 股市 门市 城市 都市 夜市 集市 早市 菜市 入市 罢市 应市 面市 开市 收市 楼市 车市 "
    "社区 地区 园区 景区 校区 小区 灾区 山区 林区 牧区 矿区 库区 特区 专区 军区 战区 禁区 误区 "
    "教区 选区 考区 厂区 港区 疫区 雷区 盲区 时区 湖区 海区 郊区 城区 辖区 片区 功能区 保护区 "
    "示范区 试验区 开发区 居住区 风景区 自治区 行政区 住宅区 工业区 商业区 保税区 贸易区 缓冲区 "
    "核心区 实验区 生活区 办公区 作业区 服务区 休息区 病区 库区 水区 农区 渔区 旅游区 "
    "家乡 故乡 下乡 城乡 回乡 他乡 思乡 返乡 异乡 同乡 老乡 还乡 乡镇 城镇 集镇 重镇 市镇 冰镇 "
    "坐镇 州县 反省 节省 内省 自省 发省 结盟 同盟 联盟 加盟 红旗 国旗 党旗 升旗 团旗 军旗 旗 盟 "
    # are tagged as places and are none
    "区域 新建 普及 外国 马克思列宁主义 土地利用 住宅小区 依法治国 上岗 海洋 治安 深度 大国 福利 "
    "控制区 街区 伦理 法治化 确保安全 满意度 宜居 爱国 惠及 "
    "阴沟 下水道 中国 中华 国际 国家 中华人民共和国 天下 大陆 境内 境外 海关 长城 世界 全国 全球 "
    "大学 医院 学校 中学 小学 公社 大街 大道 高速 铁路 公路"
)
# are shaped like numbers, or tagged as counts that begin with one, and are ordinary words
NOT_A_NUMBER = (
    "万一 千万 一一 十分 万分 百分 一时 一点 一次 一年 一周 一分 一期 一日 一季 年月 日月 季节 "
    "时分 零件 零部件 万岁 两会 两手 两端 三包 三方 四方 八方 四处"
)
# are tagged as times and are none
NOT_A_TIME = "逾期 正在 青年 过去 日期 婚前 老年 当 上来 周期 往来 如下 先后 以德 前往"
NOT_A_DENIAL = (
    "非常 非洲 无锡 不断 不仅 不但 不同 未来 不久 南非 北非 东非 莫斯科 是否 无论 不管 不论 莫非"
)
DENIALS_IN_LATIN = (
    "not no never none nor neither without cannot t don doesn didn isn aren wasn weren won wouldn "
    "shouldn couldn hasn haven hadn"
)
TAGS = {
    "m": SLOT_NUMBER,
    "mq": SLOT_NUMBER,
    "t": SLOT_TIME,
    "ns": SLOT_PLACE,
    "nsf": SLOT_PLACE,
    "nr": NAME,
    "nt": ORGANISATION,
}


class Rules(NamedTuple):
    """The rules as arrays, for the kernel that sees every word."""

    shape: npt.NDArray[np.uint8]
    """What each code point below 0x20000 can do in a word, as bits."""
    never: npt.NDArray[np.uint64]
    """Hashes, ascending, of the words that are no slot whatever they look like."""
    denies: npt.NDArray[np.uint64]
    """Hashes, ascending, of the words without a denying character that deny."""
    affirms: npt.NDArray[np.uint64]
    """Hashes, ascending, of the words with one that do not."""


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Return the rules, built once."""
    shape = np.zeros(0x20000, np.uint8)
    shape[[code for code in range(0x20000) if chr(code).isalnum()]] = IS_WORD
    for characters, bit in (
        (NUMERALS + SET_APART, IS_NUMERAL),
        (COUNTED, IS_COUNTED),
        (ADMIN, IS_ADMIN),
        (DEICTIC, IS_DEICTIC),
        (DENIALS, IS_DENIAL),
    ):
        for character in characters:
            shape[ord(character)] |= bit
    return Rules(
        shape,
        _hashes(f"{NOT_A_PLACE} {NOT_A_NUMBER} {NOT_A_TIME}"),
        _hashes(DENIALS_IN_LATIN),
        _hashes(NOT_A_DENIAL),
    )


def tag_kinds(tags: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Return the kind of slot that each tag of the dictionary stands for, 0 for none."""
    return np.array([TAGS.get(tag, PLAIN) for tag in tags], np.uint8)


def _hashes(words: str) -> npt.NDArray[np.uint64]:
    from dedup.kernels.words import word_hash

    hashes = []
    for word in words.split():
        codes = np.array([ord(character) for character in word], np.uint32)
        hashes.append(word_hash(codes, 0, len(codes)))
    return np.array(sorted(set(hashes)), np.uint64)
