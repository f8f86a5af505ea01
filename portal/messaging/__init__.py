"""短信: gateways, and what sends the messages that wait in the kernel's outbox."""
