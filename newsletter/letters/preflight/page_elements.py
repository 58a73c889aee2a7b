"""Lines that belong to a web page and not to its story, in the languages of the emails. Pure."""

import re
from typing import Final

from newsletter.mail.text_cleaning import visible_text

MAX_CHARS = 80  # a longer line is a sentence

# whole lines, in lower case, without their last full stop or colon
WORDS: Final = frozenset(
    line.strip()
    for line in """
    share | share this | share this article | share this story | tweet | print | copy link | comments | advertisement
    related | related stories | related articles | related content | read more | more on this story | see also
    sign up | sign in | log in | subscribe | subscribe now | skip to content | skip to main content | listen
    listen to this article | listen to this story | follow us | back to top | story continues below
    story continues below advertisement | most read | most popular | view comments | save article | gift article
    teilen | anzeige | werbung | mehr zum thema | lesen sie auch | zum inhalt springen | kommentare | artikel teilen
    partager | publicité | lire aussi | à lire aussi | aller au contenu | commentaires | s’abonner
    compartir | publicidad | lee también | te puede interesar | ir al contenido | suscríbete | comentarios
    condividi | pubblicità | leggi anche | commenti | vai al contenuto | abbonati
    compartilhar | compartilhe | partilhar | publicidade | leia também | leia mais | comentários
    delen | deel dit artikel | advertentie | lees ook | reacties | naar de inhoud
    שתפו | פרסומת | קראו גם | תגובות | שתף | شارك | شارك المقال | إعلان | اقرأ أيضا | اقرأ أيضًا | التعليقات
    शेयर करें | विज्ञापन | यह भी पढ़ें | 広告 | シェア | シェアする | 関連記事 | 广告 | 分享 | 相关阅读 | 相关新闻
    поділитися | реклама | читайте також | поделиться | читайте также | udostępnij | reklama | czytaj także
    paylaş | reklam | ilgili haberler
    """.replace("\n", "|").split("|")
    if line.strip()
)
PATTERNS: Final = re.compile(
    r"(?:aktualisiert|veröffentlicht|stand)(?: am)?:? (?=[^!?]*\d)[^!?]{2,40}(?:uhr)"
    r"|(?:publié|mis à jour|actualizado|publicado|aggiornato|pubblicato|atualizado|bijgewerkt"
    r"|opublikowano|оновлено|обновлено)"
    r"(?: le| el| il| em| op)?:? (?=[^!?]*\d)[^!?]{2,40}"
    r"|(?:עודכן|פורסם|آخر تحديث|更新|更新日時|更新于)[: ]{0,2}(?=\D{0,12}\d)[^!?]{2,40}"
    r"|(?:sign up|subscribe)(?: here| now| today)? (?:for|to) (?:our|the|a)\b[^.!?]{0,40}"
    r"(?:newsletters?|emails?|alerts?|briefing|updates|inbox)(?: here| today| now)?"
    r"|get [^.!?]{1,40} in your inbox"
    r"|follow us on \w[^.!?]{0,40}"
    r"|\d{1,3} ?(?:-minute|-min|min(?:ute)?s?) (?:read|listen)"
    r"|listen(?: to (?:this )?(?:article|story))? ?[·(|-]? ?\d{1,2}(?::\d\d| ?min(?:ute)?s?)\)?"
    r"|\d{1,5} (?:comments?|shares|kommentare|commentaires|comentarios|commenti|comentários|reacties)"
    r"|(?:©|copyright) ?\d{4}[^!?]{0,60}"
)

STAMP: Final = re.compile(r"(?:last |first )?(?:updated|published|posted|modified)\b(.*)")
IN_DATES: Final = frozenset(
    re.findall(
        r"\w+",
        """
    am pm a p m at on of gmt utc bst cet cest est edt et cst cdt ct mst mdt mt pst pdt pt st nd rd th ago hour hours
    minute minutes min mins day days jan feb mar apr may jun jul aug sep sept oct nov dec january february march april
    june july august september october november december mon tue wed thu fri sat sun monday tuesday wednesday thursday
    friday saturday sunday
    """,
    )
)


def is_page_element(line: str) -> bool:
    """Return True for a whole line that is a button, a time stamp or an advertisement of a web page."""
    text = visible_text(line).lower().rstrip(".:›»→> ").strip()
    if len(text) > MAX_CHARS:
        return False
    return text in WORDS or bool(PATTERNS.fullmatch(text)) or _is_time_stamp(text)


def _is_time_stamp(text: str) -> bool:
    """Return True for “Updated” or such a word, followed by a date or a time and nothing else."""
    stamp = STAMP.fullmatch(text)
    if not stamp or not re.search(r"\d", stamp[1]):
        return False
    return IN_DATES.issuperset(re.findall(r"[^\W\d_]+", stamp[1]))
