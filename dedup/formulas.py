"""Formulas: how texts are worded that are no one's content, and how headings and notices look.

Regular expressions of RE2 over shadow texts (folded: Simplified, lower case, narrow punctuation).
They are of the genres that `dedup` is for (laws and rules, reports of authorities, pages of the
web, licences), written down from the rubric in ``docs/classes.md`` and from reading: the half of
the labels that rules are tuned on, and what the rules said of others in the same corpora. What
moves if they move is what is called boilerplate and stands in few documents, where no count tells
it from a copy. What stands in many needs no word of these.
"""

from __future__ import annotations

__all__ = [
    "CHAPTER", "DATED", "FORMULAS", "HEADING", "LABEL", "NORM", "NOTICE", "PAGE", "SLOGAN",
    "STANDARD", "STOCK", "VERSION",
]  # fmt: skip

_NUMERAL = "0-9一二三四五六七八九十百千零〇"
_ORDINAL = rf"第[{_NUMERAL}]+"
_RULES = "(?:条例|办法|规定|法|细则|解释|规则|章程|决定|意见|通知|标准|方案)"
_SECTION = r"(?:article|section|chapter|part) [0-9ivx]+"

LABEL = (
    rf"^(?:[#*] *)*(?:(?:{_ORDINAL}(?:条(?:之[{_NUMERAL}]+)?|款|项|章|节|编|篇|部分)"
    rf"|[0-9]+(?:\.[0-9]+)+\.? |[(\[]?(?:[{_NUMERAL}]{{1,4}}|[a-z]|[ivx]{{1,4}})[)、.\]]"
    rf"|第?[一二三四五六七八九十]+[是要,]|{_SECTION}[.:]?|[-–—*•·]+) *)*"
)
"""The number, or the mark, that a text begins with: 第三条, (二), 1.2, *; empty if there is none.

What stands in it is no slot of a template: an amended law has other numbers.
"""
CHAPTER = rf"^(?:[#]|[(]?{_ORDINAL}(?:章|节|编|篇|部分))"
"""Begins with a mark that headings alone have."""
HEADING = rf"{CHAPTER}|^(?:[一二三四五六七八九十]+、|[0-9]+(?:\.[0-9]+)*\.? [a-z]|{_SECTION})"
"""Begins as headings do; one is a heading if it is short, too, and has no stop at its end."""
STOCK = (
    rf"{LABEL}(?:总 ?则|附 ?则|罚 ?则|目 ?录|前 ?言|序 ?言|摘 ?要|附 ?[录件表]|结 ?语|参考文献|定义"
    r"|法律责任|监督(?:管理|检查)|保障措施|管理与监督|一般规定|其他规定|组织领导|工作要求|指导思想"
    r"|definitions?(?: and interpretation)?|general(?: provisions| terms)?|miscellaneous|preamble"
    r"|introduction|abstract|contents|references|termination|(?:limited )?warrant(?:y|ies)"
    r"|(?:disclaimer|limitation|exclusion)s? of (?:warrant(?:y|ies)|liability|damages)|disclaimer"
    r"|indemni(?:ty|fication)|governing law|applicable law|jurisdiction|severability|assignment"
    r"|notices?|scope|payments?|fees|confidentiality|permitted uses?|restrictions|redistribution"
    r"|(?:license|licence) (?:grant|agreement|terms)|grant of (?:license|licence|rights)"
    r"|acceptance|entire agreement|export(?: control)?s?|trademarks?|support|updates?)[.:]?$"
)
"""A heading that documents of every subject have."""
DATED = (
    rf"^[(]?(?:经|根据)?[{_NUMERAL}]{{2,4}}年[{_NUMERAL}]+月[{_NUMERAL}]+日"
    r".*(?:通过|批准|公布|发布|颁布|修正|修订|决定|施行|公告|令)"
)
"""When and by whom a text was passed, published or amended: nearly all of it slots."""
FORMULAS = {
    "coming into force, repeal": (
        r"自.{1,28}(?:施行|实施|生效|执行)|之日起(?:施行|实施|生效|执行)|(?:发布|公布)施行"
        r"|同时废止|即行废止|comes? into (?:force|effect)|takes? effect"
    ),
    "why and for what it is": (
        rf"{LABEL}(?:为了?)?.{{0,4}}(?:实施|贯彻|执行|根据|依据|依照|按照).*制定本"
        rf"|适用于?本{_RULES}|本{_RULES}适用于?|现予(?:公布|发布)"
        r"|(?:不一致|抵触)的,以本.{2,4}为准|用语的含义"
    ),
    "who is in charge": (
        r"(?:部门|机关|政府|委员会|机构|办公室).*(?:主管|负责).*(?:工作|管理)[。;]|各自的?职责"
        r"|负责解释|联席会议制度|协调机制|实施(?:统一)?监督管理|新闻媒体应当"
    ),
    "who does his part, means, rewards": (
        r"(?:列入|纳入).{0,12}(?:预算|社会发展(?:规划|计划))|给予.{0,6}(?:表彰|奖励)"
        r"|有权.{0,24}(?:举报|检举|投诉)|(?:协助|配合).*做好.*工作"
    ),
    "other rules hold, catch-all items": (
        r"从其规定|(?:依照|适用|执行)其规定|有.{0,6}规定的,(?:从|依照|适用|按照)"
        r"|的其他.{1,12}[。;]?$|(?:法律|法规|规章).{0,8}规定的[。;]$|不得有下列行为:$"
        rf"|{LABEL}其他.{{0,24}}[。;]$"
    ),
    "liability, remedies, powers": (
        r"追究.{0,4}(?:刑事|法律|民事|行政)责任|依法给予.{0,8}(?:处分|处罚)|直接负责的主管人员"
        r"|有(?:下列|前款|上述).{0,10}(?:情形|行为)之一的,.{0,12}(?:认定为|给予|依法|追究)"
        r"|玩忽职守|滥用职权|徇私舞弊|索取.{0,4}收受.{0,4}(?:贿赂|财物)|不予?查处"
        r"|泄露.{0,14}(?:秘密|隐私)|行政复议|行政诉讼|(?:决定|处罚)不服"
        r"|有权采取下列措施|(?:查阅|查询).{0,3}复制"
    ),
    "amendments": (
        r"第.{1,8}条.{0,12}(?:修改为|增加|删去|改为|删除)|作(?:如下|下列|以下)修改"
    ),
    "salutations, thanks, lead-ins": (
        r"感谢|致以.{0,10}(?:敬意|问候|祝贺)|敬意!|请予?审议|听取(?:和|并)审议|审议通过"
        r"|各位代表|同志们|报告如下|我代表|(?:领导|奋斗|支持|努力)的结果|清醒地?(?:看到|认识)"
        r"|存在(?:不少|一些|许多)?不足|做了(?:如下|以下)"
        r"|(?:任务|目标|重点|要求|工作|情况)(?:是|有|如下)?:$|thank you for"
    ),
}  # fmt: skip
"""Says nothing of its own document's subject, if there is not much else in the text.

One by one: together they have more states than RE2 keeps, and are ten times as slow.
"""
STANDARD = (
    r"[\"“]as[ -]is[\"”,. ]|endorse or promote|redistributions? (?:of|in)|above copyright notice"
    r"|permission is hereby granted|permission to use, copy|furnished to do so|in no event"
    r"|provided as is|without (?:express or implied )?warrant"
    r"|received a copy of|(?:how )?to apply (?:the|this|these)"
)
"""Notices, in English, that licences of many holders share: boilerplate in editions of one, too."""
NOTICE = (
    r"permission (?:is|to|from|of)|written permission|hereby grants|redistribut|copyright notice"
    r"|warrant(?:y|ies)|be liable|liability|damages|indemnif|severab|unenforceable"
    r"|(?:entire|complete) agreement|governed by|export (?:laws|control|restrict)"
    r"|reverse engineer|decompil"
)
"""Conditions, disclaimers and limits of liability, in English."""
PAGE = (
    r"版权|转载|公有领域|public domain|creative commons|本站|本网|本作品|来源:|编辑:|上一篇|下一篇"
    r"|仅供参考|免责|登录后|点击|收藏本|扫一扫|all rights reserved|privacy policy|<!--|-->|https?:"
)
"""What a page has around its text."""
VERSION = r"copyright|\(c\)|©|version|[ v][0-9]+\.[0-9]|(?:19|20)[0-9]{2}"
"""Lines of titles, versions and rights that editions of one work differ in."""
SLOGAN = (
    rf"^[一二三四五六七八九十]+[是要]|{LABEL}(?:——)?"
    r"(?:坚持|坚定|坚决|加强|加快|加大|推进|推动|促进|深化|完善|健全|大力|积极|继续|全面|着力|切实"
    r"|进一步|努力|不断|深入|扎实|稳步|持续|统筹|优化|扩大|提高|提升|强化|巩固|发展|实施|落实|支持"
    r"|鼓励|做好|搞好|抓好|抓紧|保持|改善|改进|增强|充分|高举|弘扬|繁荣|维护|优先|有效|注重|大兴)"
)
"""Begins as a clause does that names a policy or an aim."""
NORM = (
    r"应当|不得|可以|禁止|必须|有权|予以|依法|依照|规定|下列|是指|包括|属于|方可|适用|承担|享受|不服"
    r"|由.{1,16}(?:制定|确定|公布|负责|组织|担任)"
)
"""Of a rule: whatever is short and says what is to be done is no slogan."""
