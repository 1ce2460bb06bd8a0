"""What fills a slot of a template: a number, a date, a place, an organisation, or something else.

Numbers, dates and places are told by the rules of the masked view (``dedup.masking``), and dates
from other numbers by what stands beside them. Organisations are told by how they end. The lists are
our own, from reading the slots of `laws`, `work_reports` and the seeds; what moves if they move is
the kind that a slot is said to be, nothing that is found or dropped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup import masking

__all__ = ["KINDS", "KindRules", "kind_rules"]

KINDS = ("other", "number", "date", "place", "organisation")
"""In the order of the numbers that the kernels have for them."""

POINTING = "我全本各该"
"""With 县, 市 and the like after it a word of two: 我县 and 我市 differ in the second alone."""
ORGANISATIONS = (
    "委员会 常委会 协会 学会 联合会 工会 商会 基金会 理事会 妇联 文联 残联 工商联 政府 法院 医院 "
    "学院 大学 中学 小学 学校 党校 幼儿园 公司 集团 银行 信用社 合作社 供销社 联社 派出所 研究所 "
    "事务所 卫生所 监督所 看守所 交易所 办公室 办事处 管理处 党委 纪委 党组 支部 工委 出版社 报社 "
    "电视台 部队 总队 支队 大队 指挥部 人大 政协 工厂 海关 教育部 外交部 组织部 宣传部 统战部 "
    "财政部 公安部 农业部 水利部 文化部 商务部 资源部 环境部 管理部"
)
"""What an organisation's name ends in, of which the last two characters count: 委员会, 办公室."""
ORGANS = "局厅委院"
"""The same, at the end of a word of three characters or more, or alone: 布局 is none."""
NO_ORGANISATIONS = (
    "全局 大局 格局 布局 结局 战局 时局 僵局 餐厅 客厅 原委 庭院 大院 影院 剧院 "
    "进展 科学 有关 场所 汽车 医药 信息 执行 渔业"
)
"""What a word ends in that is none, whatever its last character or the dictionary says."""
IS_POINTING, IS_ORGAN = 64, 128
"""What a character can do in a word beside what ``masking`` has bits for."""
IS_TAIL = masking.IS_DENIAL
"""It is the last of some ``ORGANISATIONS``: in place of a bit that is not asked for here."""


class KindRules(NamedTuple):
    """The rules as arrays, for the kernel that sees every word."""

    shape: npt.NDArray[np.uint8]
    """What each code point below 0x20000 can do in a word, as bits."""
    tails: npt.NDArray[np.uint64]
    """The last two code points of what an organisation's name ends in, the first of them above."""
    others: npt.NDArray[np.uint64]
    """The same of what is none."""


@lru_cache(maxsize=1)
def kind_rules() -> KindRules:
    """Return the rules, built once."""
    shape = masking.rules().shape & np.uint8(255 - IS_TAIL)
    ends = [word[-2:] for word in ORGANISATIONS.split()]
    last = "".join(end[-1] for end in ends)
    for characters, bit in ((POINTING, IS_POINTING), (ORGANS, IS_ORGAN), (last, IS_TAIL)):
        for character in characters:
            shape[ord(character)] |= bit
    others = NO_ORGANISATIONS.split()
    return KindRules(
        shape, *(np.array([_code(end) for end in each], np.uint64) for each in (ends, others))
    )


def _code(end: str) -> int:
    """Return two code points as one number."""
    return ord(end[0]) << 32 | ord(end[1])
