"""Texts as broken pages give them: pieces of the gold articles, changed at random but the same for each seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

GOLD = Path(__file__).parent / "gold"
# A text of a few sentences; longer ones only make each try slower, not the find likelier.
SHORTEST, LONGEST = 20, 400
# Longest run of one character inside a short text.
RUN = 120

# What a mutated text may meet: marks that scraped pages hold, and what no page should.
EMOJI = ("😀", "👩‍🏫", "👮🏽‍♀️", "🇨🇳", "❤️")
CONTROL = "\x00\x01\x07\x08\x0b\x0c\x1b\x1c\x1e\x1f\x7f\x80\x85\x9f"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufe0f\ufeff\ufff9\U000e0041"
SPACES = " \t\u00a0\u2003\u3000\u2028\u2029\r\n"
COMBINING = "\u0300\u0301\u0336\u0489\u20dd\u302a\u3099"
# As they stand in a string; bytes of a file cannot hold the surrogates.
STRANGE = "\ud800\udbff\udc00\udfff\ufdd0\ufffd\ufffe\uffff\ue000\uf8ff\U0010ffff\U00020000㊣㍿"
MARKS = "，。；：、！？“”‘’《》（）【】「」『』<>()[]{}\"'.,;:!?…—-·|/\\%&#^_`~$@▇某"
RUNS = '小某同学生的一1０9十万（(）)“”"《》「、，。；·—…- \u3000a某亿于和▇年月日名'

_HALF = dict(zip("，。；：！？（）“”《》、—", ',.;:!?()""<>,-', strict=True))
_FULL = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
# Enough of the traditional script to make every name, body and verb of these articles look different.
_SIMPLIFIED = (
    "万与专业东丝两严个丰临为丽举义乌乐习乡书买乱争于云亚产亲仅从仓仪们价众优会伟传伤伦侦侧俩债"
    "值倾偿储儿党兰关兴养兽内冈册写军农冯决况净减凤击划刘则刚创删别剂剑剧劝办务动励劳势区医华协"
    "单卖卢卫厂厅历厉压厕厦县双发变叶号启员周响园围国图圆场坏块坚坛坝坟坠垒垦备复够头夸夹夺奋奖"
    "妇妈姗娱婴孙学宁宝实审宪宫宽宾对寻导寿将尔尘尝层属岁岂岗岛岭峡币帅师帐带帮干并广庄庆库应废"
    "开异弃张弹强归当录径忆态怀总恋惊惧惩惯愿战户扩扫扬执护报担拟择挂挥损换据摄摆敌数断无旧时显"
    "机杀杂权条来杨极构标栏树样档桥检楼欢欧岁残毕气汉汤沟没沪泽洁济浅浏测浓涂涛润涨温湾湿满滞"
)
_TRADITIONAL = (
    "萬與專業東絲兩嚴個豐臨為麗舉義烏樂習鄉書買亂爭於雲亞產親僅從倉儀們價眾優會偉傳傷倫偵側倆債"
    "值傾償儲兒黨蘭關興養獸內岡冊寫軍農馮決況淨減鳳擊劃劉則剛創刪別劑劍劇勸辦務動勵勞勢區醫華協"
    "單賣盧衛廠廳歷厲壓廁廈縣雙發變葉號啟員週響園圍國圖圓場壞塊堅壇壩墳墜壘墾備復夠頭誇夾奪奮獎"
    "婦媽姍娛嬰孫學寧寶實審憲宮寬賓對尋導壽將爾塵嘗層屬歲豈崗島嶺峽幣帥師帳帶幫幹並廣莊慶庫應廢"
    "開異棄張彈強歸當錄徑憶態懷總戀驚懼懲慣願戰戶擴掃揚執護報擔擬擇掛揮損換據攝擺敵數斷無舊時顯"
    "機殺雜權條來楊極構標欄樹樣檔橋檢樓歡歐歲殘畢氣漢湯溝沒滬澤潔濟淺瀏測濃塗濤潤漲溫灣濕滿滯"
)
_SCRIPT = str.maketrans(_SIMPLIFIED, _TRADITIONAL)

Way = Callable[[str, random.Random], str]


@cache
def load_pages() -> tuple[str, ...]:
    """Return the gold articles as pages, chrome and all, in the order of their paths."""
    return tuple(path.read_text("utf-8") for path in sorted(GOLD.glob("**/*.txt")))


def make_text(seed: int) -> str:
    """Return the mutated text of one number: always the same one, 20 to some 1,000 characters."""
    rng = random.Random(f"text {seed}")
    text = _piece(rng)
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
        text = rng.choice(WAYS)(text, rng)
    return text


def _piece(rng: random.Random) -> str:
    """Return a few sentences of one page, or of two."""
    page = rng.choice(load_pages())
    length = rng.randint(SHORTEST, LONGEST)
    start = rng.randrange(max(1, len(page) - length))
    if rng.random() < 0.5:
        # As a reader meets it: from the beginning of a sentence.
        start = max(page.rfind("。", 0, start), page.rfind("\n", 0, start)) + 1
    text = page[start : start + length]
    if rng.random() < 0.15:
        other = rng.choice(load_pages())
        start = rng.randrange(len(other))
        text += rng.choice(("", "\n", "。")) + other[start : start + length // 2]
    return text


def _cut(text: str, rng: random.Random) -> str:
    start, end = sorted(rng.choices(range(len(text) + 1), k=2))
    return rng.choice((text[start:end], text[:start] + text[end:]))


def _double(text: str, rng: random.Random) -> str:
    start, end = sorted(rng.choices(range(len(text) + 1), k=2))
    return text[:end] + text[start:]


def _shuffle(text: str, rng: random.Random) -> str:
    mark = rng.choice("。，、\n")
    parts = text.split(mark)
    rng.shuffle(parts)
    return mark.join(parts)


def _scramble(text: str, rng: random.Random) -> str:
    characters = list(text)
    rng.shuffle(characters)
    return "".join(characters)


def _sprinkle(pool: str | tuple[str, ...]) -> Way:
    def way(text: str, rng: random.Random) -> str:
        share = rng.choice((0.02, 0.1, 0.5))
        return "".join(char + (rng.choice(pool) if rng.random() < share else "") for char in text)

    return way


def _replace(pool: str) -> Way:
    def way(text: str, rng: random.Random) -> str:
        return "".join(rng.choice(pool) if rng.random() < 0.05 else char for char in text)

    return way


def _run(text: str, rng: random.Random) -> str:
    at = rng.randint(0, len(text))
    unit = rng.choice((*RUNS, "（化名）", "“”", "《》", "某某", "小明、", "1,", "和小", "(("))
    return text[:at] + unit * rng.randint(2, RUN) + text[at:]


WAYS: tuple[Way, ...] = (
    _cut,
    _double,
    _shuffle,
    _scramble,
    lambda text, _: text.translate(str.maketrans(_HALF)),
    lambda text, _: text.translate(str.maketrans(_FULL)),
    lambda text, _: text.translate(_SCRIPT),
    lambda text, _: text.replace("\n", ""),
    lambda text, rng: text.replace(
        rng.choice("，。、“”（）的"), rng.choice(("", "，", "。", "\n", "“", "（"))
    ),
    lambda text, _: text[::-1],
    _sprinkle(EMOJI),
    _sprinkle(CONTROL),
    _sprinkle(BIDI),
    _sprinkle(INVISIBLE),
    _sprinkle(SPACES),
    _sprinkle(COMBINING),
    _sprinkle(STRANGE),
    _sprinkle(MARKS),
    _replace(MARKS),
    _replace(SPACES + CONTROL),
    _run,
    _run,
)
