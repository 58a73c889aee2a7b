"""The addresses of ops."""

from django.urls import path

from newsletter.web.ops import (
    dashboard,
    deliverability_page,
    failures_page,
    given_up_page,
    missing_readers,
    sending_pauses,
)

OPS = [
    path("ops/", dashboard.ops, name="ops"),
    path("ops/failures/", failures_page.listing, name="failures"),
    path("ops/failures/<int:failure_id>/", failures_page.show, name="failure"),
    path("ops/deliverability/", deliverability_page.page, name="deliverability"),
    path("ops/deliverability/look-up/", deliverability_page.look_up, name="domain-look-up"),
    path("ops/given-up/", given_up_page.listing, name="given-up"),
    path("ops/given-up/<slug:kind>/<slug:way>/", given_up_page.decide, name="given-up-kind"),
    path("ops/given-up/<slug:kind>/<slug:way>/<int:row>/", given_up_page.decide, name="given-up-row"),
    path("ops/pause/", sending_pauses.pause, name="sending-pause"),
    path("ops/pauses/<int:pause_id>/resume/", sending_pauses.resume, name="sending-resume"),
    path("ops/dispatches/<int:dispatch_id>/pause/", dashboard.pause, name="dispatch-pause"),
    path("ops/dispatches/<int:dispatch_id>/resume/", dashboard.resume, name="dispatch-resume"),
    path("ops/dispatches/<int:dispatch_id>/stop/", dashboard.stop, name="dispatch-stop"),
    path("ops/dispatches/<int:dispatch_id>/missing/", missing_readers.page, name="missing"),
    path("ops/dispatches/<int:dispatch_id>/missing.csv", missing_readers.file, name="missing-file"),
    path("ops/dispatches/<int:dispatch_id>/leave-out/", missing_readers.leave_out, name="dispatch-leave-out"),
    path("ops/batches/<int:batch_id>/retry/", dashboard.retry, name="retry"),
    path("ops/batches/<int:batch_id>/<slug:decision>/", dashboard.settle, name="settle"),
]
