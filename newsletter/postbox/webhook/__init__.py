"""Posts signed events to the Event Webhook address, as SendGrid does."""
