"""A letter and its addressees as the bytes of one `POST /v3/mail/send`.

What all readers share is turned into JSON once for each letter; a reader adds about 400 bytes,
joined as text. That is eighty times faster than the helper objects of the sendgrid package
and matters, because this is the one piece of code that runs once for every reader.

Limits are SendGrid's: 1,000 personalizations a call, 10,000 bytes of substitutions each.
"""

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from json import dumps
from json.encoder import encode_basestring_ascii as quoted

from newsletter.mail.message import Letter, MergeTag, ScheduledSend, Sender

ONE_CLICK = "List-Unsubscribe=One-Click"  # exactly this value: RFC 8058, section 3.1

Reader = tuple[int, str, str]  # id (opaque to the provider), address, first name or nothing
NAMES_KEPT = 5000


def tracking(*, clicks: bool) -> dict[str, dict[str, bool]]:
    """Every kind is stated, because each falls back to the account's own setting when left out.

    Unsubscribing is ours (headers and links below), so SendGrid must not add its own. Addresses in plain
    text are read as they stand, so they are never rewritten.
    """
    return {
        "click_tracking": {"enable": clicks, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


class Payload:
    """Everything about one letter that does not change from reader to reader.

    `unsubscribe` is the address that a reader's token is put behind, and `unsubscribe_mailbox` one that
    takes the same wish by mail; `list_id` the value of the List-Id header (RFC 2919); `feedback_id` that
    of Feedback-ID; `message_ids` what stands before and behind a reader's id in a Message-ID of our own;
    `fallback_name` stands for a first name that is empty. Header lines stand in each personalization,
    because SendGrid does not say whether it merges them with those of the message.
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
            "tracking_settings": tracking(clicks=click_tracking),
        }
        self._shared = dumps(shared, separators=(",", ":"))[1:]  # without its opening brace
        always = {"List-Id": list_id, "List-Unsubscribe-Post": ONE_CLICK, "Feedback-ID": feedback_id}
        given = {name: value for name, value in always.items() if value}
        given["List-Unsubscribe"] = f"<{unsubscribe}"  # to be continued with a reader's token
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
        """One call's JSON. `tokens` are those of the readers; `ids` go into custom_args: opaque, never an address."""
        ends = self._ends(readers, tokens)
        # local names: this loop runs for every reader of every edition
        names, headers, reader_tag = self._names, self._headers, MergeTag.READER.value
        people = ",".join(
            [
                f'{{"to":[{{"email":{quoted(email)}}}],'
                f'"substitutions":{{{names[name]}"{reader_tag}":"{token}"}},'
                f'"headers":{{{headers}{token}{rest}}},'
                f'"custom_args":{{"nl_subscriber":"{subscriber}"}}}}'
                for (subscriber, email, name), token, rest in zip(readers, tokens, ends, strict=True)
            ]
        )
        args = dumps(dict(ids), separators=(",", ":"))
        when = f'"send_at":{ahead.send_at},"batch_id":{quoted(ahead.batch)},' if ahead else ""
        return f'{{"personalizations":[{people}],"custom_args":{args},{when}{self._shared}'.encode("ascii")

    def _ends(self, readers: Sequence[Reader], tokens: Sequence[str]) -> Iterable[str]:
        """What follows each reader's token in the header lines: the end of that line, and perhaps a Message-ID."""
        ends: Iterable[str] = repeat('>"', len(readers))
        if self._has_mailbox:
            ends = [f'{self._mailbox}{token}>"' for token in tokens]
        if self._message_ids:
            before, after = self._message_ids
            pairs = zip(ends, readers, strict=True)
            ends = [f'{end},"Message-ID":"<{before}{reader[0]}{after}>"' for end, reader in pairs]
        return ends


class _Names(dict[str, str]):
    """First name → the substitutions that hold it, as JSON. Names repeat, so the latest are kept."""

    def __init__(self, everything: str, fallback_name: str) -> None:
        """Only tokens that occur in `everything`, the whole text of the letter, are substituted."""
        super().__init__()
        makers: list[tuple[MergeTag, Callable[[str], str]]] = [
            (MergeTag.FIRST_NAME, str),
            (MergeTag.FIRST_NAME_HTML, html.escape),
        ]
        self._needed = [(token.value, make) for token, make in makers if token in everything]
        self._fallback_name = fallback_name

    def __missing__(self, name: str) -> str:
        if len(self) >= NAMES_KEPT:
            self.clear()
        shown = name or self._fallback_name
        self[name] = made = "".join(f'"{token}":{quoted(make(shown))},' for token, make in self._needed)
        return made
