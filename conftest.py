"""Every test of the repository may use the fixtures of tests/support."""

from hypothesis import HealthCheck, settings

# a busy machine is no fault of the code: examples are counted, not timed
settings.register_profile("platform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("platform")

pytest_plugins = ["platform_fixtures", "network_fixtures"]


def pytest_addoption(parser):  # type: ignore[no-untyped-def]
    parser.addoption(
        "--containers",
        action="store_true",
        help="NATS and PostgreSQL from containers (testcontainers) instead of wheels",
    )


def pytest_collection_modifyitems(items):  # type: ignore[no-untyped-def]
    """Spread files over the workers; what looks at the whole network stays together, since it starts it once."""
    import pytest

    for item in items:
        folder = item.path.parent.name
        group = {"e2e": "network", "browser": "network"}.get(folder, str(item.path))
        item.add_marker(pytest.mark.xdist_group(group))
    # the longest group first, so that the other worker does the rest beside it
    items.sort(key=lambda item: item.path.parent.name not in ("e2e", "browser"))
