"""Small corpora full of copies, drawn by Hypothesis: text and JSON lines, clean and damaged."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

PARAGRAPHS = [
    "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革，完成投资1200万元。",
    "今年上半年，我市卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革，完成投资3500万元。",
    "今年上半年，我縣衛生系統認真貫徹落實上級部署，紮實推進醫藥衛生體制改革，完成投資1200萬元。",
    "一是加强食品安全监管，对全县学校食堂进行检查，发现问题及时整改，确保师生饮食安全。",
    "一是加强食品安全监管，对全县学校食堂没有进行检查，发现问题及时整改，确保师生饮食安全。",
    "一是加強食品安全監管，對全縣學(xué)校食堂進(jìn)行檢查，發(fā)現(xiàn)問題及時整改，確保師生飲食安全。",
    "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件明显改善。",
    "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件明显改善，得到好评。",
    "（一）主要工作", "（二）主要工作", "二、存在的问题和不足",
    "第12篇：社区工作计划范文", "第13篇：社区工作计划范文",
    "版权所有 未经许可不得转载", "2024年5月1日", "好", "两个", "——————", "12 34 56",
    "The committee shall publish the report within 30 days of the meeting.",
    "The committee shall publish the report within 45 days of the meeting.",
    "The committee shall not publish the report within 30 days of the meeting.",
]  # fmt: skip

_changes = st.sampled_from(
    [
        lambda text: text,
        lambda text: text,
        lambda text: f"　　{text}",
        lambda text: text + "这是后来加上的一句话。",
        lambda text: text.replace("，", "?", 1),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("县", "区"),
        lambda text: text + "\x00",
    ]
)
paragraphs = st.builds(lambda text, change: change(text), st.sampled_from(PARAGRAPHS), _changes)
line_ends = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw the text of one document."""
    parts = draw(st.lists(st.tuples(paragraphs, line_ends), max_size=8))
    text = "".join(paragraph + end for paragraph, end in parts)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw the files of a corpus: names and bytes."""
    files = {}
    for number, text in enumerate(draw(st.lists(texts(), min_size=1, max_size=5))):
        data = text.encode()
        if draw(st.integers(0, 5)) == 0:
            data = data + b"\xff\xfe" + data[:5]
        files[f"{draw(st.sampled_from(['', 'a/', 'b/']))}{number}.txt"] = data
    rows = draw(st.lists(st.one_of(texts(), st.none()), max_size=5))
    lines = []
    for text in rows:
        row = {"id": "again", "text": text} if text is not None else {"id": "no text"}
        lines.append(json.dumps(row, ensure_ascii=draw(st.booleans())))
    if lines:
        files["rows.jsonl"] = "\n".join(lines).encode()
    return files


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a corpus to a folder, and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a folder by relative name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
