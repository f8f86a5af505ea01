"""The leader's phone: a static page that works offline, and what it asks the server for."""
