"""Submitting to SendGrid ahead of the send time, in groups that can be cancelled."""
