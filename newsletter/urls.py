"""Every address of the web server."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView, View

from newsletter.api import metrics, sendgrid_webhook
from newsletter.api.v1.api import API
from newsletter.notice_urls import NOTICES
from newsletter.ops_urls import OPS
from newsletter.pitch_urls import PITCHES
from newsletter.reader_urls import AUDIENCE
from newsletter.web.archive import archive_feeds, archive_pages
from newsletter.web.desk import (
    appeals,
    arrange_edition,
    change_send_time,
    claim_story,
    comments,
    correct_story_page,
    custom_template,
    edition_actions,
    edition_calendar_page,
    edition_readers,
    edition_snippets,
    edition_story_form,
    edition_text_form,
    editions,
    email_test_page,
    feeds,
    gifts,
    logos,
    paste_story,
    publications,
    rich_text_editor,
    snippets,
    stop_edition_page,
    stories,
    story_drafts,
    story_queue,
    suggestions,
    typed_story,
)
from newsletter.web.readers import confirm_subscription, reader_view
from newsletter.web.readers.join import join
from newsletter.web.readers.own_data import own_data
from newsletter.web.readers.preferences import preferences
from newsletter.web.readers.unsubscribe import unsubscribe
from newsletter.web.readers.web_version import web_version
from newsletter.web.shared import anonymous_letter_views, palette, unsaved_changes
from newsletter.web.shared.permission_required import permission_required
from newsletter.web.site import (
    audit_log,
    health_check,
    picture_files,
    publication_roles_page,
    sign_in_pages,
    start_page,
)
from newsletter.web.site.account import account_page, api_tokens_page, confirm_identity, second_factor_pages
from newsletter.web.site.sign_in import password_forgotten, second_step
from newsletter.web.site.users import invitation_page, users_page

CHANGE_PASSWORD = sign_in_pages.ChangePassword.as_view()


def _own(view: type[View]) -> Callable[..., HttpResponseBase]:
    """Return a view of one's own account, which also those reach who must set up a second factor first."""
    return permission_required(without_second_factor=True)(view.as_view())


DESK = [
    path("", start_page.start, name="desk"),
    path("desk/<slug:slug>/", story_queue.show, name="queue"),
    path("desk/<slug:slug>/new/", stories.add, name="story-add"),
    path("desk/<slug:slug>/paste/", paste_story.paste, name="paste"),
    path("desk/<slug:slug>/gifts/", gifts.import_file, name="gifts"),
    path("desk/<slug:slug>/logos/", logos.show, name="logos"),
    path("desk/<slug:slug>/story-preview/", typed_story.preview, name="story-preview"),
    path("stories/pasted/", rich_text_editor.read_pasted, name="read-pasted"),
    path("desk/<slug:slug>/drafts/", story_drafts.add, name="draft-add"),
    path("drafts/<int:draft_id>/", story_drafts.show, name="draft"),
    path("drafts/<int:draft_id>/queue/", story_drafts.add_to_queue, name="draft-queue"),
    path("drafts/<int:draft_id>/discard/", story_drafts.discard, name="draft-discard"),
    path("drafts/<int:draft_id>/retry/", story_drafts.retry, name="draft-retry"),
    path("corrections/<int:correction_id>/forget/", story_drafts.forget_correction, name="correction-forget"),
    path("desk/<slug:slug>/suggestions/", suggestions.listing, name="suggestions"),
    path("suggestions/<int:suggestion_id>/queue/", suggestions.queue, name="suggestion-queue"),
    path("suggestions/<int:suggestion_id>/dismiss/", suggestions.dismiss, name="suggestion-dismiss"),
    path("stories/<int:story_id>/", stories.change, name="story"),
    path("stories/<int:story_id>/picture/", stories.picture, name="story-picture"),
    path("stories/<int:story_id>/correct/", correct_story_page.correct, name="story-correct"),
    path("stories/<int:story_id>/correct/preview/", correct_story_page.preview, name="correction-preview"),
    path(
        "story-corrections/<int:story_correction_id>/withdraw/",
        correct_story_page.withdraw,
        name="story-correction-withdraw",
    ),
    path("story-corrections/<int:story_correction_id>/line/", correct_story_page.line, name="story-correction-line"),
    path("stories/<int:story_id>/move/", story_queue.move, name="story-move"),
    path("stories/<int:story_id>/drop/", story_queue.drop, name="story-drop"),
    path("stories/<int:story_id>/restore/", story_queue.restore, name="story-restore"),
    path("stories/<int:story_id>/claim/", claim_story.claim, name="story-claim"),
    path("stories/<int:story_id>/release/", claim_story.release, name="story-release"),
]
COMMENTS = [
    path("comments/", comments.waiting, name="comments"),
    path("stories/<int:story_id>/comments/", comments.of_story, name="story-comments"),
    path("editions/<int:edition_id>/comments/", comments.of_edition, name="edition-comments"),
    path("comment-threads/<int:thread_id>/answer/", comments.answer, name="thread-answer"),
    path("comment-threads/<int:thread_id>/resolve/", comments.resolve, name="thread-resolve"),
    path("comment-threads/<int:thread_id>/reopen/", comments.reopen, name="thread-reopen"),
    path("comment-threads/<int:thread_id>/claim/", comments.claim, name="thread-claim"),
    path("comment-threads/<int:thread_id>/release/", comments.release, name="thread-release"),
    path("comments/<int:comment_id>/edit/", comments.edit, name="comment-edit"),
    path("comments/<int:comment_id>/delete/", comments.delete, name="comment-delete"),
]
EDITIONS = [
    path("editions/", editions.latest, name="editions"),
    path("desk/<slug:slug>/editions/", editions.listing, name="edition-list"),
    path("desk/<slug:slug>/editions/calendar/", edition_calendar_page.show, name="edition-calendar"),
    path("desk/<slug:slug>/editions/extra/", story_queue.add_extra, name="edition-extra"),
    path("desk/<slug:slug>/template/", custom_template.template, name="template"),
    path("desk/<slug:slug>/template/preview/", custom_template.preview, name="template-preview"),
    path("desk/<slug:slug>/template/remove/", custom_template.remove, name="template-remove"),
    path("desk/<slug:slug>/template/<int:number>/", custom_template.use_version, name="template-version"),
    path("editions/<int:edition_id>/", editions.show, name="edition"),
    path("editions/<int:edition_id>/letter/", anonymous_letter_views.framed, name="letter"),
    path("desk/<slug:slug>/edition/", arrange_edition.panel, name="edition-panel"),
    path("editions/<int:edition_id>/stories/<int:story_id>/place/", arrange_edition.place, name="edition-place"),
    path("editions/<int:edition_id>/stories/<int:story_id>/kind/", arrange_edition.set_kind, name="edition-kind"),
    path("editions/<int:edition_id>/stories/<int:story_id>/out/", arrange_edition.take_out, name="edition-take-out"),
    path("editions/<int:edition_id>/stories/<int:story_id>/", edition_story_form.change, name="edition-story"),
    path(
        "editions/<int:edition_id>/stories/<int:story_id>/email/", edition_story_form.email, name="edition-story-email"
    ),
    path("editions/<int:edition_id>/texts/", edition_text_form.texts, name="edition-texts"),
    path("editions/<int:edition_id>/texts/inbox/", edition_text_form.inbox, name="edition-texts-inbox"),
    path("editions/<int:edition_id>/texts/email/", edition_text_form.email, name="edition-texts-email"),
    path("editions/<int:edition_id>/readers/", edition_readers.choose, name="edition-readers"),
    path("editions/<int:edition_id>/snippets/<int:snippet_id>/", edition_snippets.leave_out, name="edition-snippet"),
    path("editions/<int:edition_id>/test/", email_test_page.send_test, name="edition-test"),
    path("editions/<int:edition_id>/stop/", stop_edition_page.stop, name="edition-stop"),
    path("editions/<int:edition_id>/submit/", edition_actions.submit, name="submit"),
    path("editions/<int:edition_id>/approve/", edition_actions.approve, name="approve"),
    path("editions/<int:edition_id>/hold/", edition_actions.hold, name="hold"),
    path("editions/<int:edition_id>/release/", edition_actions.release, name="release"),
    path("editions/<int:edition_id>/cancel/", edition_actions.cancel, name="cancel"),
    path("editions/<int:edition_id>/assemble/", edition_actions.assemble, name="assemble"),
    path("editions/<int:edition_id>/reopen/", edition_actions.reopen, name="reopen"),
    path("editions/<int:edition_id>/reschedule/", change_send_time.reschedule, name="reschedule"),
    path("editions/<int:edition_id>/new-time/", change_send_time.confirm_reschedule, name="new-time"),
    path("editions/<int:edition_id>/send/", change_send_time.confirm_send, name="send"),
    path("editions/<int:edition_id>/send-now/", change_send_time.send_now, name="send-now"),
]
APPEALS = [
    path("appeals/", appeals.latest, name="appeals"),
    path("desk/<slug:slug>/appeals/", appeals.listing, name="appeal-list"),
    path("desk/<slug:slug>/appeals/new/", appeals.add, name="appeal-add"),
    path("desk/<slug:slug>/appeals/preview/", appeals.preview, name="appeal-preview"),
    path("appeals/<int:appeal_id>/", appeals.edit, name="appeal"),
    path("appeals/<int:appeal_id>/retire/", appeals.retire, name="appeal-retire"),
    path("appeals/<int:appeal_id>/activate/", appeals.activate, name="appeal-activate"),
]
SNIPPETS = [
    path("desk/<slug:slug>/snippets/", snippets.listing, name="snippet-list"),
    path("desk/<slug:slug>/snippets/new/", snippets.add, name="snippet-add"),
    path("desk/<slug:slug>/snippets/preview/", snippets.preview, name="snippet-preview"),
    path("snippets/<int:snippet_id>/", snippets.edit, name="snippet"),
    path("snippets/<int:snippet_id>/retire/", snippets.retire, name="snippet-retire"),
    path("snippets/<int:snippet_id>/activate/", snippets.activate, name="snippet-activate"),
]
PUBLICATIONS = [
    path("publications/", publications.listing, name="publications"),
    path("publications/<slug:slug>/", publications.edit, name="publication"),
    path("new-publication/", publications.add, name="publication-add"),
    path("publications/<slug:slug>/feeds/", feeds.listing, name="feeds"),
    path("publications/<slug:slug>/feeds/new/", feeds.add, name="feed-add"),
    path("feeds/<int:feed_id>/", feeds.edit, name="feed"),
    path("feeds/<int:feed_id>/read/", feeds.read_now, name="feed-read"),
    path("feeds/<int:feed_id>/remove/", feeds.remove, name="feed-remove"),
    path("publication-dates/", publications.dates, name="publication-dates"),
    path("audit/", audit_log.show, name="audit-log"),
    path("users/<int:user_id>/roles/", publication_roles_page.show, name="user-roles"),
]
ACCOUNT = [
    path("palette/", palette.search, name="palette"),
    path("letter-keys/", palette.letter_keys, name="letter-keys"),
    path("unsaved-changes/", unsaved_changes.keep, name="unsaved-keep"),
    path("unsaved-changes/discard/", unsaved_changes.discard, name="unsaved-discard"),
    path("sign-in/", sign_in_pages.SignIn.as_view(), name="login"),
    path("sign-in/code/", second_step.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", second_step.PasskeySignIn.as_view(), name="passkey-sign-in"),
    path("sign-out/", sign_in_pages.SignOut.as_view(), name="logout"),
    path("password/", permission_required(without_second_factor=True)(CHANGE_PASSWORD), name="password"),
    path("password/forgotten/", password_forgotten.forgotten, name="password-forgotten"),
    path("password/asked/", password_forgotten.asked, name="password-asked"),
    path("password/reset/<str:token>", password_forgotten.choose, name="password-reset"),
    path("invitations/<str:token>", invitation_page.accept, name="invitation"),
    path("account/", account_page.show, name="account"),
    path("account/sessions/", account_page.sessions, name="sessions"),
    path("account/tokens/", api_tokens_page.listing, name="tokens"),
    path("account/tokens/new/", api_tokens_page.make, name="token-new"),
    path("account/confirm/", confirm_identity.confirm, name="confirm-identity"),
    path("account/second-factor/", second_factor_pages.index, name="mfa_index"),
    path("account/second-factor/app/", _own(second_factor_pages.SetUpApp), name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", _own(second_factor_pages.RemoveApp), name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", _own(second_factor_pages.ShowCodes), name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", _own(second_factor_pages.NewCodes), name="mfa_generate_recovery_codes"),
    path("account/second-factor/passkeys/new/", _own(second_factor_pages.AddPasskey), name="mfa_add_webauthn"),
    path(
        "account/second-factor/passkeys/<int:pk>/remove/",
        _own(second_factor_pages.RemovePasskey),
        name="mfa_remove_webauthn",
    ),
    # the names under which django-allauth looks for pages
    path("sign-in/", sign_in_pages.SignIn.as_view(), name="account_login"),
]
USERS = [
    path("users/", users_page.listing, name="users"),
    path("users/invite/", users_page.invite, name="user-invite"),
    path("users/<int:user_id>/", users_page.show, name="user"),
    path("users/<int:user_id>/<slug:decision>/", users_page.change, name="user-change"),
    path(
        "users/invitations/<int:invitation_id>/<slug:decision>/", users_page.change_invitation, name="invitation-change"
    ),
]
# Short, because they are in every letter and email clients break long lines.
READERS = [
    path("u/<path:token>", unsubscribe, name="unsubscribe"),
    path("p/<path:token>", preferences, name="preferences"),
    path("j/<slug:slug>", join, name="join"),
    path("c/<path:token>", confirm_subscription.confirm, name="confirm"),
    path("d/<path:token>", own_data, name="own-data"),
    path("v/<path:token>", web_version, name="web-version"),
    path("pictures/<str:name>", picture_files.picture, name="picture"),
    path("brand/<slug:slug>.css", reader_view.brand, name="brand"),
]
ARCHIVE = [
    path("a/<slug:slug>/", archive_pages.listing, name="archive"),
    path("a/<slug:slug>/<int:edition_id>/", archive_pages.edition, name="archive-edition"),
    path("a/<slug:slug>/feed.xml", archive_feeds.rss, name="archive-feed"),
    path("a/<slug:slug>/feed.json", archive_feeds.json_feed, name="archive-json"),
    path("a/<slug:slug>/sitemap.xml", archive_feeds.sitemap, name="archive-sitemap"),
]
MACHINES = [
    path("healthz", health_check.healthz, name="healthz"),
    path("readyz", health_check.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("webhooks/sendgrid", sendgrid_webhook.sendgrid, name="webhook-sendgrid"),
    # asked for beside pages that name no icon, such as a letter on the web
    path("favicon.ico", RedirectView.as_view(url=static("img/mark.svg"), permanent=True)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *DESK,
    *COMMENTS,
    *EDITIONS,
    *APPEALS,
    *SNIPPETS,
    *PUBLICATIONS,
    *PITCHES,
    *AUDIENCE,
    *OPS,
    *ACCOUNT,
    *NOTICES,
    *USERS,
    *READERS,
    *ARCHIVE,
    *MACHINES,
    *API,
]
handler429 = "newsletter.web.shared.error_pages.too_many"  # of django-allauth
handler403 = "newsletter.web.shared.error_pages.forbidden"
handler404 = "newsletter.web.shared.error_pages.not_found"
handler500 = "newsletter.web.shared.error_pages.broken"
