"""Build the body of a `POST /v3/mail/send` from a letter and its recipients.

The part that all readers share is encoded once per letter. Each reader adds about 400 bytes, joined as text. That is
eighty times faster than the helper objects of the sendgrid package, which matters because this code runs once per
reader.

SendGrid's limits: 1,000 personalizations per call, 10,000 bytes of substitutions each.
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from json import dumps
from json.encoder import encode_basestring_ascii as quoted

from newsletter.mail.message import Letter, MergeTag, ScheduledSend, Sender

ONE_CLICK = "List-Unsubscribe=One-Click"  # exactly this value: RFC 8058, section 3.1

Reader = tuple[int, str, str]  # id (opaque to the provider), address, first name or empty
MAX_CACHED_NAMES = 5000


def tracking_settings(*, clicks: bool) -> dict[str, dict[str, bool]]:
    """Return all tracking settings explicitly, because an omitted one falls back to the account's setting.

    SendGrid must not add its own unsubscribe link, because ours is in the headers and the email. Links in plain text
    are visible to the reader, so they are never rewritten.
    """
    return {
        "click_tracking": {"enable": clicks, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


class Payload:
    """The parts of one letter's calls that are the same for all readers.

    `unsubscribe` is the URL to which a reader's token is appended, and `unsubscribe_mailbox` an address that accepts
    unsubscribe requests by email. `list_id` is the value of the List-Id header (RFC 2919), `feedback_id` that of
    Feedback-ID. `message_ids` are the texts before and after a reader's id in our own Message-ID. `fallback_name`
    replaces an empty first name. Header lines are repeated in each personalization, because SendGrid does not document
    whether it merges them with those of the message.
    """

    def __init__(
        self,
        letter: Letter,
        sender: Sender,
        *,
        fallback_name: str,
        unsubscribe: str,
        list_id: str,
        unsubscribe_mailbox: str = "",
        feedback_id: str = "",
        message_ids: tuple[str, str] | None = None,
        click_tracking: bool = False,
    ) -> None:
        shared = {
            "from": {"email": sender.email, "name": sender.name},
            **({"reply_to": {"email": sender.reply_to}} if sender.reply_to else {}),
            "subject": letter.subject,
            "content": [
                {"type": "text/plain", "value": letter.text},
                {"type": "text/html", "value": letter.html},
            ],
            "tracking_settings": tracking_settings(clicks=click_tracking),
        }
        self._shared = dumps(shared, separators=(",", ":"))[1:]  # without its opening brace
        always = {"List-Id": list_id, "List-Unsubscribe-Post": ONE_CLICK, "Feedback-ID": feedback_id}
        given = {name: value for name, value in always.items() if value}
        given["List-Unsubscribe"] = f"<{unsubscribe}"  # a reader's token is appended
        self._headers = dumps(given, separators=(",", ":"))[1:-2]
        self._mailbox = quoted(f">, <mailto:{unsubscribe_mailbox}?subject=unsubscribe%20")[1:-1]
        self._has_mailbox = bool(unsubscribe_mailbox)
        self._message_ids = tuple(quoted(part)[1:-1] for part in message_ids) if message_ids else None
        self._names = _Names(letter.subject + letter.text + letter.html, fallback_name)

    def body(
        self,
        readers: Sequence[Reader],
        tokens: Sequence[str],
        *,
        ids: Mapping[str, str],
        ahead: ScheduledSend | None = None,
    ) -> bytes:
        """Return one call as JSON.

        `tokens` are the readers' tokens; `ids` go into custom_args: opaque, never an address.
        """
        endings = self._endings(readers, tokens)
        # local names: this loop runs for every reader of every edition
        names, headers, reader_tag = self._names, self._headers, MergeTag.READER.value
        people = ",".join(
            [
                f'{{"to":[{{"email":{quoted(email)}}}],'
                f'"substitutions":{{{names[name]}"{reader_tag}":"{token}"}},'
                f'"headers":{{{headers}{token}{rest}}},'
                f'"custom_args":{{"nl_subscriber":"{subscriber}"}}}}'
                for (subscriber, email, name), token, rest in zip(readers, tokens, endings, strict=True)
            ]
        )
        args = dumps(dict(ids), separators=(",", ":"))
        when = f'"send_at":{ahead.send_at},"batch_id":{quoted(ahead.batch)},' if ahead else ""
        return f'{{"personalizations":[{people}],"custom_args":{args},{when}{self._shared}'.encode("ascii")

    def _endings(self, readers: Sequence[Reader], tokens: Sequence[str]) -> Iterable[str]:
        """Return what follows each reader's token in the headers: the end of that line, and optionally a Message-ID."""
        endings: Iterable[str] = repeat('>"', len(readers))
        if self._has_mailbox:
            endings = [f'{self._mailbox}{token}>"' for token in tokens]
        if self._message_ids:
            before, after = self._message_ids
            pairs = zip(endings, readers, strict=True)
            endings = [f'{end},"Message-ID":"<{before}{reader[0]}{after}>"' for end, reader in pairs]
        return endings


class _Names(dict[str, str]):
    """Cache of first name → its substitutions as JSON. Names repeat often."""

    def __init__(self, content: str, fallback_name: str) -> None:
        """Substitute only the merge tags that occur in `content`, the whole text of the letter."""
        super().__init__()
        makers: list[tuple[MergeTag, Callable[[str], str]]] = [
            (MergeTag.FIRST_NAME, str),
            (MergeTag.FIRST_NAME_HTML, html.escape),
        ]
        self._needed = [(token.value, make) for token, make in makers if token in content]
        self._fallback_name = fallback_name

    def __missing__(self, name: str) -> str:
        if len(self) >= MAX_CACHED_NAMES:
            self.clear()
        shown = name or self._fallback_name
        self[name] = made = "".join(f'"{token}":{quoted(make(shown))},' for token, make in self._needed)
        return made
