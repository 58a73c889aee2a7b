"""Recognise pages that hold no story: robot checks, consent walls, missing pages; and articles for subscribers only."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from newsletter.stories.reading.json_ld import Node
from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.reading.page_identity import is_front_page
from newsletter.stories.reading.page_story import PASTE_IT, FieldValue, Notice

LITTLE_TEXT = 600  # characters of article text, below which a page may be only a notice
NO_HEADLINE = Notice("No headline was found in the page.", "Add the headline.")

# Parts of addresses and of markup that services against robots put into the page they show in place of the article.
ROBOT_MARKS = re.compile(
    r"captcha-delivery|px-captcha|cf-chl|challenge-platform|cf-browser-verification|hcaptcha\.com/1/api|"
    r"_Incapsula_Resource|g-recaptcha|distil_r_captcha|ddos-guard",
    re.IGNORECASE,
)
ROBOT_TITLE = re.compile(
    r"^(?:just a moment|attention required|access (?:to this page has been )?denied|pardon our interruption|"
    r"are you (?:a )?(?:robot|human)|security check|human verification|verify(?:ing)? you are human|"
    r"please verify|request blocked|forbidden|403\b|bot verification|robot check)",
    re.IGNORECASE,
)
CONSENT_HOST = re.compile(r"(?:^|\.)consent\.|^(?:consent|cmp|privacy-mgmt|guce)\.", re.IGNORECASE)
CONSENT = re.compile(
    r"before you continue|we (?:and our partners )?(?:use|value|store)[^.]{0,80}(?:cookies|privacy)|your privacy|"
    r"accept (?:all )?cookies|cookie (?:settings|consent|preferences)|"
    r"zustimm|einwilligung|cookies akzeptieren|accepter les cookies|"
    r"aceptar (?:las )?cookies|accetta (?:i )?cookie|akzeptieren und weiter|consentement",
    re.IGNORECASE,
)
NOT_FOUND = re.compile(
    r"^(?:error\W*)?404\b|\berror 404\b|\b404\W*(?:error|not found|page)|^not found\b|"
    r"(?:page|story|article|content) (?:was |is |could )?(?:not (?:be )?found|no longer available|does not exist)|"
    r"page (?:you requested )?(?:doesn.t|can.t be)|seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|"
    r"página no encontrada|página não encontrada|pagina non trovata|pagina niet gevonden|страница не найдена|"
    r"الصفحة غير موجودة|הדף לא נמצא",
    re.IGNORECASE,
)
PAYWALL = re.compile(
    r"subscribe (?:now |today )?to (?:continue|keep|read)|subscribers? only|for subscribers|already a subscriber|"
    r"to continue reading|register to (?:continue|read)|"
    r"this (?:article|content) is (?:for|available to) (?:paid )?(?:subscribers|members)|"
    r"nur für abonnenten|weiterlesen mit|réservé aux abonnés|solo para suscriptores|exclusivo para assinantes",
    re.IGNORECASE,
)


def find_problem(document: PageDocument, article: Node, fields: Mapping[str, FieldValue], text: str) -> Notice | None:
    """Return what is unusual about a page whose article text is `text`; None if it holds a whole story."""
    is_little = len(text) < LITTLE_TEXT
    title = next(document.first_text("//title"), "")
    host = urlsplit(document.url).hostname or ""
    if is_little and not article and (ROBOT_TITLE.match(title) or _has_robot_check(document)):
        return Notice(
            "The site checks for robots and did not show the article.", PASTE_IT, is_final=True, is_other_page=True
        )
    if CONSENT_HOST.search(host):
        return Notice(
            "The site shows a page about cookies or privacy in place of the article.",
            PASTE_IT,
            is_final=True,
            is_other_page=True,
        )
    is_article = bool(article) or any(document.metas("article:published_time"))
    says_missing = (bool(NOT_FOUND.search(title)), _heading_is(document, NOT_FOUND))
    if not is_article and any(says_missing) and (is_little or all(says_missing)):
        hint = "Check the link, or paste the text of the article."
        return Notice("The site says that the page was not found.", hint, is_final=True, is_other_page=True)
    if _is_front_page(document, article):
        hint = "Use the link of one article, or paste its text."
        return Notice("The link leads to a front page, not to an article.", hint, is_final=True, is_other_page=True)
    if _is_closed(article, document) or (is_little and PAYWALL.search(_seen(document))):
        if text:
            return Notice("The article is for subscribers, so its text may be incomplete.", f"Compare it. {PASTE_IT}")
        return Notice("The article is for subscribers, and the page holds no text of it.", PASTE_IT, is_final=True)
    if is_little and not article and _is_consent_wall(document, text):
        return Notice(
            "The site shows a page about cookies or privacy in place of the article.",
            PASTE_IT,
            is_final=True,
            is_other_page=True,
        )
    if not text:
        return Notice(
            "No article text was found in the page. The site may show it by scripts only.", PASTE_IT, is_final=True
        )
    if "headline" not in fields:
        return NO_HEADLINE
    return None


def _seen(document: PageDocument) -> str:
    body = document.root.find("body")
    return text_of(body) if body is not None else ""


def _is_consent_wall(document: PageDocument, text: str) -> bool:
    """Return True if a page asks for consent in place of an article; a short article below a cookie banner is none."""
    if text and not CONSENT.search(text):
        return False
    seen = _seen(document)
    return len(seen) < 6_000 and bool(CONSENT.search(seen[:4_000]))


def _has_robot_check(document: PageDocument) -> bool:
    for element in document.root.iter("script", "iframe", "form", "div", "input"):
        marks = " ".join(element.get(name) or "" for name in ("src", "action", "id", "class", "name"))
        if ROBOT_MARKS.search(marks):
            return True
    return False


def _heading_is(document: PageDocument, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(text) for text in document.first_text("//h1 | //h2"))


def _is_front_page(document: PageDocument, article: Node) -> bool:
    if article or not document.url:
        return False
    return is_front_page(document.url) and next(document.metas("og:type"), "").lower() != "article"


def _is_closed(article: Node, document: PageDocument) -> bool:
    stated = article.get("isAccessibleForFree")
    tier = next(document.metas("article:content_tier"), "").lower()
    return str(stated).strip().lower() in ("false", "no", "0") or tier == "locked"
