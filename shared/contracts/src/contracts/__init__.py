"""The promises of the platform: every event, its envelope, its stored schema and its examples.

This package knows pydantic and nothing else, so that a partner may read it, or take it, without the platform.
"""
