"""Exports of other services, as they write them, with made-up people."""

import io
import zipfile
from collections.abc import Mapping

MERGE = "Email Address,First Name,Last Name"
TAIL = "MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION"
REST = '2,"2023-05-04 08:00:00",192.0.2.1,"2023-05-04 08:05:00",192.0.2.1,,,,,,US,NY'
MAILCHIMP = {
    "export/subscribed_members_export_1.csv": (
        f"{MERGE},{TAIL},LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
        f'rita@readers.example,Rita,Reader,{REST},"2024-01-01 00:00:00",1,e1,,"""VIP"",""Blog"""\n'
        f'ada@readers.example,Ada,Reader,{REST},"2024-01-01 00:00:00",2,e2,,\n'
    ),
    "export/unsubscribed_members_export_1.csv": (
        f"{MERGE},{TAIL},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n"
        f'gone@readers.example,Gus,Gone,{REST},"2024-02-03 10:00:00",Tide,c1,No longer interested,,3,e3,,\n'
    ),
    "export/cleaned_members_export_1.csv": (
        f"{MERGE},{TAIL},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n"
        f'dead@readers.example,Dee,Dead,{REST},"2024-02-04 10:00:00",Tide,c1,4,e4,,\n'
    ),
    "export/nonsubscribed_members_export_1.csv": (
        f"{MERGE},{TAIL},LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
        f'buyer@readers.example,Bo,Buyer,{REST},"2024-01-01 00:00:00",5,e5,,\n'
    ),
}
SUBSTACK = {
    "email_list.morning.csv": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "rita@readers.example,false,,other,false,2025-01-01T10:00:00.000Z,\n"
        "gone@readers.example,true,2026-01-01,yearly,true,2025-01-01,\n"
    ),
    "posts.csv": "post_id,post_date,is_published,email_sent_at\n1.tide,2025-01-01,true,2025-01-01\n",
    "posts/1.tide.html": "<p>Tide</p>",
    "posts/1.opens.csv": "post_id,timestamp,email,post_type\n1,2025-01-02,stranger@readers.example,newsletter\n",
}
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
    "6,rita@readers.example,Rita Reader,,true,false,,2025-01-01T10:00:00.000Z,,,\n"
    "7,gone@readers.example,Gus Gone,,false,false,,2025-01-01T10:00:00.000Z,,,\n"
)
LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    'a,rita@readers.example,Rita,"{""city"": ""Rome""}",enabled,2025-01-01T10:00:00Z,2025-01-01T10:00:00Z\n'
    "b,gone@readers.example,Gus,{},blocklisted,2025-01-01T10:00:00Z,2025-01-01T10:00:00Z\n"
)
BEEHIIV = (
    "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,Gold,unsubscribed_at,City\n"
    "rita@readers.example,Rita,Reader,active,free,2025-01-01 10:00:00 UTC,,,,Rome\n"
    "gone@readers.example,Gus,Gone,inactive,free,2025-01-01 10:00:00 UTC,,,2025-06-01 10:00:00 UTC,\n"
)
BUTTONDOWN = (
    "email,notes,tags,type,creation_date,utm_campaign,ip_address,metadata\n"
    "rita@readers.example,,,regular,2025-01-01T10:00:00Z,,,{}\n"
    "gone@readers.example,,,unsubscribed,2025-01-01T10:00:00Z,,,{}\n"
)


def zipped(files: Mapping[str, str]) -> bytes:
    """The files as one ZIP file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()
