"""Lines of documents and sections: where sections end, among all line ends."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Settings
from dedup.documentlines import section_lines

SHARED = [
    "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账和消毒记录，",
    "上半年共发放宣传手册四千余份，举办培训班六期，持证率由七成提高到了九成以上，",
    "下一步要把每季度一次的联合检查坚持下去，检查结果在镇政府门口的公告栏里张贴，",
]
OTHER = [
    "东湖公园二期工程四月开工，铺设步道两公里，栽种香樟和银杏一千二百棵，年底以前开放，",
    "镇里的图书室添置了八百册新书，每周二、周五的下午开门，由两位退休教师轮流值守。",
]


@given(
    st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=5, max_size=5),
    st.lists(st.permutations(SHARED), min_size=1, max_size=3),
)
def test_sections_end_on_the_line_that_their_text_ends_on(ends: list[str], others: list[list[str]]):
    # One paragraph of many lines, several of which others end in with what they share.
    whole = "".join(f"{line}{end}" for line, end in zip([*SHARED, *OTHER], ends, strict=True))
    documents = [whole, *("\n\n".join(other) for other in others)]
    result = dedup.find(documents, Settings(unit="blank", audit=0))
    for line, section in zip(section_lines(result), result.sections.to_pylist(), strict=True):
        row = json.loads(line.as_py())
        for side in ("", "source_"):
            before = documents[section[f"{side}document"]][: section[f"{side}end"]]
            assert row[f"{side}last_line"] == 1 + len(re.findall("\r\n|\r|\n", before))
