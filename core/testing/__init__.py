"""What the tests of any addon stand on: applications, databases, servers, factories, the addon contract."""
