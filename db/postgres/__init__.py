"""PostgreSQL itself: connections, roles, errors, notifications, migrations."""
