"""Every address of the web server."""

from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from newsletter.api import webhooks
from newsletter.web import (
    confirmation,
    deciding,
    editions,
    first_page,
    for_readers,
    gifts,
    health,
    leaving,
    letter,
    logos,
    missing,
    new_time,
    ops,
    pasting,
    pictures,
    preferences,
    queue,
    signing_in,
    stories,
    templates,
    webversion,
    writing,
)
from newsletter.web.permission import needs

DESK = [
    path("", first_page.start, name="desk"),
    path("desk/<slug:slug>/", queue.show, name="queue"),
    path("desk/<slug:slug>/new/", stories.add, name="story-add"),
    path("desk/<slug:slug>/paste/", pasting.paste, name="paste"),
    path("desk/<slug:slug>/gifts/", gifts.take_in, name="gifts"),
    path("desk/<slug:slug>/logos/", logos.show, name="logos"),
    path("stories/pasted/", writing.read_pasted, name="read-pasted"),
    path("stories/<int:story_id>/", stories.change, name="story"),
    path("stories/<int:story_id>/picture/", stories.picture, name="story-picture"),
    path("stories/<int:story_id>/move/", queue.move, name="story-move"),
    path("stories/<int:story_id>/drop/", queue.drop, name="story-drop"),
    path("stories/<int:story_id>/restore/", queue.restore, name="story-restore"),
]
EDITIONS = [
    path("editions/", editions.latest, name="editions"),
    path("desk/<slug:slug>/editions/", editions.listing, name="edition-list"),
    path("desk/<slug:slug>/editions/extra/", queue.add_extra, name="edition-extra"),
    path("desk/<slug:slug>/template/", templates.template, name="template"),
    path("desk/<slug:slug>/template/preview/", templates.preview, name="template-preview"),
    path("desk/<slug:slug>/template/remove/", templates.remove, name="template-remove"),
    path("desk/<slug:slug>/template/<int:number>/", templates.take_up, name="template-version"),
    path("editions/<int:edition_id>/", editions.show, name="edition"),
    path("editions/<int:edition_id>/letter/", letter.framed, name="letter"),
    path("editions/<int:edition_id>/approve/", deciding.approve, name="approve"),
    path("editions/<int:edition_id>/hold/", deciding.hold, name="hold"),
    path("editions/<int:edition_id>/release/", deciding.release, name="release"),
    path("editions/<int:edition_id>/cancel/", deciding.cancel, name="cancel"),
    path("editions/<int:edition_id>/assemble/", deciding.assemble, name="assemble"),
    path("editions/<int:edition_id>/reopen/", deciding.reopen, name="reopen"),
    path("editions/<int:edition_id>/reschedule/", new_time.reschedule, name="reschedule"),
    path("editions/<int:edition_id>/new-time/", new_time.confirm_reschedule, name="new-time"),
    path("editions/<int:edition_id>/send/", new_time.confirm_send, name="send"),
    path("editions/<int:edition_id>/send-now/", new_time.send_now, name="send-now"),
]
OPS = [
    path("ops/", ops.ops, name="ops"),
    path("ops/dispatches/<int:dispatch_id>/pause/", ops.pause, name="dispatch-pause"),
    path("ops/dispatches/<int:dispatch_id>/resume/", ops.resume, name="dispatch-resume"),
    path("ops/dispatches/<int:dispatch_id>/stop/", ops.stop, name="dispatch-stop"),
    path("ops/dispatches/<int:dispatch_id>/missing/", missing.page, name="missing"),
    path("ops/dispatches/<int:dispatch_id>/missing.csv", missing.file, name="missing-file"),
    path("ops/dispatches/<int:dispatch_id>/leave-out/", missing.leave_out, name="dispatch-leave-out"),
    path("ops/batches/<int:batch_id>/retry/", ops.retry, name="retry"),
    path("ops/batches/<int:batch_id>/<slug:fate>/", ops.settle, name="settle"),
]
ACCOUNT = [
    path("sign-in/", signing_in.SignIn.as_view(), name="login"),
    path("sign-out/", signing_in.SignOut.as_view(), name="logout"),
    path("password/", needs()(signing_in.ChangePassword.as_view()), name="password"),
]
# Short, because they stand in every letter and mail programs break long lines.
READERS = [
    path("u/<path:token>", leaving.leave, name="unsubscribe"),
    path("p/<path:token>", preferences.preferences, name="preferences"),
    path("c/<path:token>", confirmation.confirm, name="confirm"),
    path("v/<path:token>", webversion.web_version, name="web-version"),
    path("pictures/<str:name>", pictures.picture, name="picture"),
    path("brand/<slug:slug>.css", for_readers.brand, name="brand"),
]
MACHINES = [
    path("health", health.health, name="health"),
    path("webhooks/sendgrid", webhooks.sendgrid, name="webhook-sendgrid"),
    # asked for beside pages that name no icon, such as a letter on the web
    path("favicon.ico", RedirectView.as_view(url=static("img/mark.svg"), permanent=True)),
]

urlpatterns: list[URLPattern | URLResolver] = [*DESK, *EDITIONS, *OPS, *ACCOUNT, *READERS, *MACHINES]
handler403 = "newsletter.web.problems.forbidden"
handler404 = "newsletter.web.problems.not_found"
handler500 = "newsletter.web.problems.broken"
