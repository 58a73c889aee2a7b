"""Pages for ops: worker queues, dispatches, readers without their edition, runbook."""
