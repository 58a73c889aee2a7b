"""News and picture agencies, as they are written in datelines, bylines and picture credits."""

import re

AGENCIES = """AP | The Associated Press | Associated Press | AFP | Agence France-Presse | Reuters | Thomson Reuters
| dpa | DPA | KNA | epd | SID | APA | Keystone | EFE | Europa Press | ANSA | AGI | Adnkronos | LaPresse | Lusa
| Agência Brasil | Agência Lusa | ANP | Belga | EPA | PA | PA Media | Press Association | Getty Images
| Getty | AFP/Getty Images | UPI | CP | Canadian Press | The Canadian Press | AAP | Xinhua | Kyodo
| Kyodo News | Jiji | Yonhap | PTI | ANI | IANS | TASS | Interfax | Ukrinform | Anadolu | AA | WAFA | MENA
| SPA | QNA | Bloomberg | Shutterstock | iStock | imago | picture alliance | ddp | Alamy | EyeEm | Unsplash
| Wikimedia Commons | Flickr | NurPhoto | ZUMA | TNS | Notimex | Télam | Anatolia | Flash90 | JTA | رويترز
| أ ف ب | أ.ف.ب | فرانس برس | د ب أ | أ ب | الأناضول | وفا | واس | أ ش أ | רויטרס | סוכנות הידיעות | פלאש 90
| भाषा | पीटीआई | एएनआई | आईएएनएस | रॉयटर्स | एएफपी | 新华社 | 新華社 | 中新社 | 中央社
| 路透社 | 路透 | 法新社 | 美联社 | 美聯社
| 共同 | 共同通信 | 時事 | 時事通信 | ロイター | ＡＦＰ | ＡＰ"""
NAMES = tuple(sorted((name.strip() for name in " ".join(AGENCIES.split()).split("|")), key=len, reverse=True))
NAME = "|".join(map(re.escape, NAMES))
SHORTENED = {name.casefold() for name in NAMES}


def is_agency(text: str) -> bool:
    """Return True for the name of an agency, whatever the case."""
    return text.strip(" .").casefold() in SHORTENED
