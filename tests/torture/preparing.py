"""Makes the database that tortured systems start from: readers, and an approved edition that is due in some hours.

A program of its own, because the settings are read from the environment once:

    python -m tests.torture.preparing READERS
"""

import sys
from datetime import timedelta

import django


def main(readers: int) -> None:
    django.setup()
    from django.core.management import call_command

    from newsletter.editions.models import Edition
    from newsletter.lib import clock
    from tests.support import factories as make

    call_command("migrate", interactive=False, verbosity=0)
    # It approves itself because a system at another address assembles the letter anew. Its cadence begins long
    # after the run and the edition is one beside it: whatever day it is, no other is due, and this one stays.
    begins = clock.now().date() + timedelta(days=60)
    publication = make.publication(auto_approve=True, starts_on=begins)
    make.readers(publication, readers)
    make.otto()
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=6))
    Edition.objects.filter(pk=edition.pk).update(local_date=None)
    sys.stdout.write(f"{edition.pk}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
