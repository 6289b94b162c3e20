"""Texts that tokenizers get wrong, for tokenizer.py."""

TEXTS = [
    "", " ", "\n", "\u200b", "hello", "Hello, World!", "  leading and trailing  ", "UNwantéd,running", "isn't can't won't I'm",
    "a.b,c;d:e!f?g\"h'i(j)k[l]m{n}o-p_q+r=s*t/u\\v|w<x>y@z#1$2%3^4&5~6`7",
    "100,000.50€ £5 ¥3 ½ ² ٣ ७ Ⅷ ① 3rd 2024-01-31",
    # Persian and Arabic, with and without the zero width non-joiner
    "سلام دنیا", "می‌روم", "کتاب‌ها و کتاب‌های من", "مي‌كنم", "آیا این درست است؟ بله، «حتماً»!", "مُحَمَّدٌ رَسُولُ",
    "ﷺ ﻻ ﮐﺘﺎب", "شماره‌ی ۱۲۳۴۵۶۷۸۹۰ و ٠١٢٣", "لا إله إلا الله", "اَلْعَرَبِيَّةُ", "ۀ ة ؤ ئ أ إ آ",
    # East Asia
    "中文测试", "生活的真谛是", "ah博推zz", "東京タワー", "ｶﾀｶﾅ ガギグ がぎぐ ガ", "한국어 조선말", "한국어", "ᄒᆞᆫ〮글〯",
    "㈱㌔㍿ ㎏", "豈更車 丽", "𠀀𪛖𫠝𫝀𬺡", "、。「」・ー～",
    # emoji with modifiers, flags, joiners
    "👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇮🇷 1️⃣ ☺️ ☺", "hello👋🏿world", "\U0001f6dc\U0001fae8",
    # marks
    "é e\u0301 e\u0301\u0323 e\u0323\u0301 ẹ\u0301 \u1e9b\u0323", "a\u0345\u0301\u0323\u0327b", "\u0301leading", "x \u0301 y",
    "n\u0303o man\u0303ana", "Zalgo Z̷̢̛̖a̸l̵g̶o̷", "ệ ǖ ǻ ḝ", "ཱི ཱི ྲཱྀ", "क़ ख़ ड़ कि क्ष", "ำ ກໍ ຳ", "வொ ொ ௌ", "ೋ ೄ", "𑂚𑂜𑂫 𑄮",
    "\u1b44\u1b34x", "a\u302e\u302fb \u302f\u302e", "\U0001d15f\U0001d160 \U0001d165\U0001d16d",
    "\u0f71\u0f72\u0f80", "\u0958\u0327\u0345", "\u09c7\u09be\u09d7", "\u0344\u0323",
    # case
    "İstanbul IĞDIR ıi", "İ", "Straße STRASSE ẞ ß", "ΑΣ ΣΑΣ ὈΔΥΣΣΕΎΣ Σ.", "ǅ ǆ Ǆ ǈ ǋ", "Ⅷ Ⓐ Ꭰ ꭰ Ა", "ŉ ǰ ΐ ﬁ ﬃ", "Ⱥ Ɐ Ω K Å",
    "Çeşme Ünlü Øre Łódź Đorđe", "АБВ Ёлка йога Й", "\u1e9e\u2126\u212a\u212b",
    # control characters, spaces, unassigned
    "a\u0000b", "a\u0001b\u007fc\u0080d\u0085e\u009ff", "tab\tline\nreturn\r\nform\fvertical\vend", "a\u00adb\u200bc\u200dd\ufeffe",
    "a\u00a0b\u1680c\u2003d\u2028e\u2029f\u202fg\u205fh\u3000i", "\u202eright to left\u202c", "\ufffd \ufffe \uffff \U0010ffff",
    "a\u0378b \ue000 \U000e0041 \u180e", "\u061c\u06dd\u070f\u08e2",
    # punctuation of many sorts
    "“quoted” ‘single’ — dash – en … ¿qué? ¡sí! «guillemets» ‹x›", "§ ¶ † ‡ • ‰ ′ ″", "؟ ، ؛ ٪ ۔ ॥ ፧ ៖ ᠀", "a‿b⁀c＿d", "⁅x⁆ ⸺ 〽 ﹏",
    "© ® ™ ° ± × ÷ ¬ ¦", "`` '' ``x''",
    # added tokens
    "[CLS] [SEP] [MASK][PAD] [UNK]", "a [MASK] b", "[mask] [ MASK ] [[MASK]]", "x [MAS [MASK", "[CLS][SEP", "new york New  York NEW YORK NewYork",
    "new york", "hello Héllo HÉLLO hello1 1hello hello_ (hello)", "a <a> b  <b>  c <ab>  d<abc>e <a><b> <b> <a>", "  <a>  <a>  <b>  <b>  ",
    "run running re-run run\u0301 run. \u200brun", "کتاب‌ها را کتاب ها", "İs is i\u0307s  İs  this", "中文 中 文 X中文Y",
    "<b>   <a>", "<ab>\u3000\u2028<ab>", "running##ing ing",
    # long words
    "x" * 100, "x" * 101, "é" * 100, "é" * 101, "e\u0301" * 100, "ab" * 60 + " hello", "한" * 34, "a" + "\u0301" * 300 + "b",
    "\u0301\u0323" * 20, "a" + "\u0345\u0301\u0323\u0327" * 9 + "b", "hello " * 40,
    "don 't stop , please . do not 's 've 're n't ! ?",
    "Zażółć gęślą jaźń. Příliš žluťoučký kůň. Съешь ещё этих мягких французских булок. שָׁלוֹם עוֹלָם. नमस्ते दुनिया. สวัสดีชาวโลก. "
    "გამარჯობა. Բարեւ։ ሰላም። こんにちは世界。",
]

PAIRS = [
    ("hello world", "the new york"),
    ("Héllo, wörld! This is a longer first text, isn't it?", "short"),
    ("short", "سلام دنیا، این متن دوم بلندتر است"),
    ("one two three four five six seven", "eight nine ten eleven twelve thirteen fourteen"),
    ("", "only the second"), ("only the first", ""), ("", ""),
]

# Bytes that are not UTF-8.
BROKEN = [
    b"\x80", b"a\xffb", b"hello \xc3", b"\xc3\x28", b"\xe2\x82", b"\xe2\x82 x", b"\xe2\x28\xa1", b"\xf0\x9f\x92", b"\xf0\x9f\x92\xf0\x9f\x92\xa9",
    b"\xed\xa0\x80 \xed\xbf\xbf", b"\xc0\xaf\xe0\x80\xaf", b"\xf4\x90\x80\x80 \xf5\x80", b"\xf8\x88\x80\x80\x80", b"caf\xe9 na\xefve",
    "سلام".encode()[:-1] + b" " + "دنیا".encode()[1:], b"[MASK]\xff[MASK]", b"x\xc2[MASK] \xe4\xb8\xad\xe4\xb8", b"New\xa0York \xfe <a>\xff<b>",
]

# What random texts are put together from.
ALPHABET = [
    *"abeioénAEIİıßẞΣσςçÅøqжДйЙ", *"  \t\n\r", *".,!?'\"-_()[]<>#@~`^$", *"0123٣५½Ⅷ①", *"中文博。、「」ー", *"한글가각한ᆨ",
    *"\u0301\u0323\u0327\u0345\u0308\u0307\u0304\u0315\u0338\u05b4\u064b\u0651\u0654\u093c\u0f71\u0f72\u1b44\u302e\u302f\u3099\u0344\u0f73\u0340",
    *"\u0000\u0001\u007f\u0085\u00ad\u200b\u200c\u200d\ufeff\ufffd\ufffe\u0378\ue000\u2028\u3000\u00a0\u180e",
    *"سلامکتاب‌هاآأةۀ", *"क़\u09c7\u09be\u09cb\u0dddொ", *"ǅệǖΐᾂ\u1e9b\u2126\u212bﬁ㈱㌔ｶﾞ豈", *"👍🏽👩🇮❤\ufe0f", *"\U0001d160\U0001d165\U0001d16d𑂚𑂺𑂹",
    "hello", "New York", "Héllo", "<a>", "<b>", "<ab>", "<abc>", "[MASK]", "[CLS]", "[SEP", "run", "کتاب‌ها", "İs", "中文", "##ing", "world", "``",
]
