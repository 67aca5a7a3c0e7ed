"""What reaches clients while a run goes on: subscriptions and server-sent events."""
