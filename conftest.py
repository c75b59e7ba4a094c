"""Every test of the repository may use the fixtures of tests/support."""

pytest_plugins = ["platform_fixtures", "network_fixtures"]


def pytest_addoption(parser):  # type: ignore[no-untyped-def]
    parser.addoption(
        "--containers",
        action="store_true",
        help="NATS and PostgreSQL from containers (testcontainers) instead of wheels",
    )
