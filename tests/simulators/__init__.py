"""Stand-ins on loopback for services that tests cannot reach. Real HTTP, real state, no mocks."""
