"""Rules for attachments, categories, groups, batches and settings of a message."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from newsletter.postbox.sendgrid_api.validation.field_rules import check_text, is_media_type
from newsletter.postbox.sendgrid_api.validation.problem import Found
from newsletter.postbox.store.account import Account

CATEGORIES = 10
CATEGORY_CHARACTERS = 255
GROUPS_SHOWN = 25
SETTINGS: dict[str, dict[str, dict[str, type]]] = {
    "mail_settings": {
        **{f"bypass_{what}_management": {"enable": bool} for what in ("list", "spam", "bounce", "unsubscribe")},
        "footer": {"enable": bool, "text": str, "html": str},
        "sandbox_mode": {"enable": bool},
    },
    "tracking_settings": {
        "click_tracking": {"enable": bool, "enable_text": bool},
        "open_tracking": {"enable": bool, "substitution_tag": str},
        "subscription_tracking": {"enable": bool, "text": str, "html": str, "substitution_tag": str},
        "ganalytics": {
            "enable": bool,
            **{f"utm_{what}": str for what in ("source", "medium", "term", "content", "campaign")},
        },
    },
}


def check(found: Found, body: dict[str, Any], *, account: Account, is_issued: Callable[[str], bool]) -> None:
    """Check everything besides the message itself."""
    _check_attachments(found, body.get("attachments", []))
    _check_categories(found, body.get("categories", []))
    if "asm" in body:
        _check_groups(found, body["asm"], account)
    if "ip_pool_name" in body:
        name = body["ip_pool_name"]
        if not isinstance(name, str) or not 2 <= len(name) <= 64 or name not in account.pools:
            found.add("ip_pool_name", "must name one of the account's pools")
    if "template_id" in body:
        template = body["template_id"]
        if not isinstance(template, str) or template not in account.templates:
            found.add("template_id", "must name one of the account's templates")
    if "batch_id" in body:
        batch = body["batch_id"]
        if not isinstance(batch, str) or not is_issued(batch):
            found.add("batch_id", "must be an id from POST /v3/mail/batch")
    for section, settings in SETTINGS.items():
        if section in body:
            _check_settings(found, section, body[section], settings)


def _check_attachments(found: Found, attachments: object) -> None:
    if not isinstance(attachments, list):
        found.add("attachments", "must be a list")
        return
    for place, one in enumerate(attachments):
        field = f"attachments.{place}"
        if not isinstance(one, dict):
            found.add(field, "must be an object with content and filename")
            continue
        if check_text(found, f"{field}.content", one.get("content")) and not _is_base64(one["content"]):
            found.add(f"{field}.content", "must be base64")
        if "disposition" in one and one["disposition"] not in ("inline", "attachment"):
            found.add(f"{field}.disposition", "must be inline or attachment")
        kind = one.get("type", "")
        if not isinstance(kind, str):
            found.add(f"{field}.type", "must be a string")
        elif "type" in one and not is_media_type(kind):
            found.add(f"{field}.type", "must be a type such as text/calendar; method=REQUEST")
        for name in ("filename", "content_id"):
            value = one.get(name, None if name == "filename" else "")
            if not isinstance(value, str):
                found.add(f"{field}.{name}", "must be a string")
            elif any(character in value for character in ";,\r\n"):
                found.add(f"{field}.{name}", "must not contain ; , CR or LF")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _check_categories(found: Found, categories: object) -> None:
    if not isinstance(categories, list) or not all(isinstance(one, str) for one in categories):
        found.add("categories", "must be a list of strings")
        return
    if len(categories) > CATEGORIES:
        found.add("categories", f"is limited to {CATEGORIES} categories")
    if len(set(categories)) < len(categories):
        found.add("categories", "has a category twice")
    for place, one in enumerate(categories):
        if len(one) > CATEGORY_CHARACTERS or not one.isascii():
            found.add(f"categories.{place}", f"must be ASCII of at most {CATEGORY_CHARACTERS} characters")


def _check_groups(found: Found, asm: object, account: Account) -> None:
    if not isinstance(asm, dict):
        found.add("asm", "must be an object")
        return
    group = asm.get("group_id")
    if type(group) is not int or group not in account.groups:
        found.add("asm.group_id", "must be the whole number of one of the account's groups")
    shown = asm.get("groups_to_display", [])
    if not isinstance(shown, list) or not all(type(one) is int and one in account.groups for one in shown):
        found.add("asm.groups_to_display", "must be a list of the account's groups")
    elif len(shown) > GROUPS_SHOWN:
        found.add("asm.groups_to_display", f"is limited to {GROUPS_SHOWN} groups")


def _check_settings(found: Found, section: str, given: object, known: dict[str, dict[str, type]]) -> None:
    if not isinstance(given, dict):
        found.add(section, "must be an object")
        return
    bypasses = 0
    for name, fields in known.items():
        if name not in given:
            continue
        setting = given[name]
        if not isinstance(setting, dict):
            found.add(f"{section}.{name}", "must be an object")
            continue
        bypasses += name.startswith("bypass_") and setting.get("enable") is True
        for field, kind in fields.items():
            if field in setting and type(setting[field]) is not kind:
                wanted = "true or false" if kind is bool else "a string"
                found.add(f"{section}.{name}.{field}", f"must be {wanted}")
    everything = given.get("bypass_list_management")
    if bypasses > 1 and isinstance(everything, dict) and everything.get("enable") is True:
        found.add(section, "cannot hold bypass_list_management together with another bypass")
